"""Repeats in PyTorch what real-patches.mjs trained: the same start, batches and learning rates.

Written with Python 3.11, torch 2.13.0, segmentation-models-pytorch 0.6.0, timm 1.0.31, safetensors
0.8.0.
"""

import torch
import torch.nn.functional as F
from reference import build
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


def train(config, start, batches, dtype):
    """The network after the last step, and the loss of each."""
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
    return model, torch.tensor(losses, dtype=torch.float64)
