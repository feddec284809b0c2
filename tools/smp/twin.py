"""Trains the networks that twin.mjs trained in PyTorch, from the same weights on the same batches, and
lays the curves of their losses on one another.

    python tools/smp/twin.py FOLDER

Written with Python 3.11, torch 2.13.0, segmentation-models-pytorch 0.6.0, timm 1.0.31, safetensors
0.8.0. PyTorch trains twice, in float64 and in float32. How far its own two curves part is how well a
training in float32 is determined: ours may be away from float64 three times as far, or 1e-3; the first
step, at most 1e-5. Fails otherwise.
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from reference import build
from safetensors.torch import load_file
from torch import nn


class ESCA(nn.Module):
    """y = x * sigmoid(w * (w * mean(x))), the convolutions along the channels (the paper, equation of ESCA)."""

    def __init__(self, weight):
        super().__init__()
        self.weight = nn.Parameter(weight.reshape(1, 1, -1))

    def forward(self, x):
        s = x.mean((2, 3)).unsqueeze(1)
        for _ in range(2):
            s = F.conv1d(s, self.weight, padding=self.weight.shape[-1] // 2)
        return x * torch.sigmoid(s).transpose(1, 2).unsqueeze(-1)


def network(config, start, dtype):
    model = build(config["encoder"], config["decoder"], classes=2)
    attention = {key: value for key, value in start.items() if ".iaff" in key}
    model.load_state_dict({key: value for key, value in start.items() if key not in attention})
    encoder = model.encoder
    for key, weight in sorted(attention.items()):
        place = int(key.split(".iaff")[1][0])
        name = "relu" if place == 1 else f"layer{place - 1}"
        setattr(encoder, name, nn.Sequential(getattr(encoder, name), ESCA(weight)))
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model.to(dtype).train()


def cross_entropy(logits, truth):
    return -(truth * F.log_softmax(logits, 1)).sum(1).mean()


def dice(logits, truth):
    """Of the foreground, over all pixels of the batch, smoothed by 1e-5."""
    p, t = F.softmax(logits, 1)[:, 1], truth[:, 1]
    return 1 - (2 * (p * t).sum() + 1e-5) / (p.sum() + t.sum() + 1e-5)


def focal(logits, truth):
    """gamma 2 (Lin et al. 2017, equation 4)."""
    log = F.log_softmax(logits, 1)
    return -(truth * (1 - log.exp()) ** 2 * log).sum(1).mean()


LOSSES = {"cross-entropy": cross_entropy, "dice": dice, "focal": focal}


def curve(config, start, batches, dtype):
    torch.manual_seed(0)
    model = network(config, start, dtype)
    options = config["optimizer"]
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=options["learningRate"], weight_decay=options["weightDecay"]
    )
    losses = []
    for step, record in enumerate(config["curve"]):
        image = batches[f"images.{step}"].permute(0, 3, 1, 2).to(dtype)
        truth = batches[f"labels.{step}"].permute(0, 3, 1, 2).to(dtype)
        for group in optimizer.param_groups:
            group["lr"] = record["learningRate"]
        optimizer.zero_grad()
        loss = LOSSES[config["loss"]](model(image), truth)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return torch.tensor(losses, dtype=torch.float64)


failed = False
paths = sorted(Path(sys.argv[1]).glob("*.json"))
for path in paths:
    config = json.loads(path.read_text())
    start = load_file(path.with_suffix(".start"))
    batches = load_file(path.with_suffix(".batches"))
    ours = torch.tensor([record["loss"] for record in config["curve"]], dtype=torch.float64)
    exact = curve(config, start, batches, torch.float64)
    single = curve(config, start, batches, torch.float32)
    away = (ours - exact).abs()
    spread = (single - exact).abs()
    limit = max(3 * spread.max().item(), 1e-3)
    failed |= away.max().item() > limit or away[0].item() > 1e-5
    print(
        f"{path.stem}: {exact[0]:.4f} … {exact[-1]:.4f}; away from float64 at most {away.max():.1e}"
        f" (first step {away[0]:.1e}, mean {away.mean():.1e}), PyTorch in float32 {spread.max():.1e}"
        f" (mean {spread.mean():.1e})"
    )
sys.exit(0 if paths and not failed else 1)
