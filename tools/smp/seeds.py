"""Trains in PyTorch, in float32, from the starts and on the batches that seeds.mjs left, and leaves its
labels of the unseen patient beside those of sts-net; versions as in real_patches.py.

    python tools/smp/seeds.py FOLDER
"""

import json
import sys
from pathlib import Path

import torch
from real_patches import train
from safetensors.torch import load_file, save_file

folder = Path(sys.argv[1])
images = load_file(folder / "unseen.images")["images"].permute(0, 3, 1, 2)
for path in sorted(folder.glob("*.json")):
    config = json.loads(path.read_text())
    start, batches = (load_file(path.with_suffix(end)) for end in (".start", ".batches"))
    model, losses = train(config, start, batches, torch.float32)
    model.eval()
    with torch.no_grad():
        # Bottom and right padded to what the network takes, and cropped again.
        height, width = images.shape[2:]
        padded = torch.nn.functional.pad(images, (0, -width % 32, 0, -height % 32))
        parts = [model(part)[:, :, :height, :width].argmax(1) for part in padded.split(4)]
    save_file({"labels": torch.cat(parts).float()}, path.with_suffix(".torch"))
    print(f"{path.stem}: loss {losses[-1]:.4f}", flush=True)
