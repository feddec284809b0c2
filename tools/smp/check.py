"""Loads models that save.mjs saved into segmentation_models.pytorch, the plain ones into those of
tools/fixtures/model, and compares the logits.

    python tools/smp/check.py FOLDER

Written with Python 3.11, torch 2.13.0, segmentation-models-pytorch 0.5.0, timm 1.0.31,
torchvision 0.28.0, safetensors 0.8.0. Fails if a key is missing or too many, or if logits differ by
more than 1e-4 of their standard deviation.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from reference import build

worst = 0.0
paths = sorted(Path(sys.argv[1]).glob("*.safetensors"))
for path in paths:
    encoder, decoder = path.stem.split("+")
    model = build(encoder, decoder, classes=3).eval()
    weights = load_file(path)
    # PSPNet takes three maps: its encoder holds deeper stages that never run.
    loaded = model.load_state_dict(weights, strict=decoder != "pspnet")
    assert not loaded.unexpected_keys
    assert all(key.startswith("encoder.layer") for key in loaded.missing_keys)
    # What was loaded is what was saved, bit by bit.
    state = model.state_dict()
    assert all(torch.equal(state[key], value) for key, value in weights.items())
    reference = load_file(path.with_suffix(".logits"))
    with torch.no_grad():
        logits = model(reference["image"].permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    difference = ((logits - reference["logits"]).abs().max() / logits.std()).item()
    worst = max(worst, difference)
    print(f"{path.stem}: {len(weights)} tensors, logits differ by {difference:.1e} of their spread")
print(f"{len(paths)} models, at most {worst:.1e}")
sys.exit(0 if paths and worst <= 1e-4 else 1)
