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
from real_patches import train
from safetensors.torch import load_file


failed = False
paths = sorted(Path(sys.argv[1]).glob("*.json"))
for path in paths:
    config = json.loads(path.read_text())
    start = load_file(path.with_suffix(".start"))
    batches = load_file(path.with_suffix(".batches"))
    ours = torch.tensor([record["loss"] for record in config["curve"]], dtype=torch.float64)
    exact = train(config, start, batches, torch.float64)[1]
    single = train(config, start, batches, torch.float32)[1]
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
