"""The images of a manifest as the grids of examples/ablation train on them: brought to one size, and where the
test's masks are."""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image


def items(manifest, split):
    """Lines of a split, paths made whole."""
    folder = Path(manifest).parent
    lines = [json.loads(line) for line in Path(manifest).read_text().splitlines()]
    return [
        {**one, "image": folder / one["image"], "mask": folder / one["mask"]}
        for one in lines
        if one["split"] == split
    ]


def image_of(item, size):
    """Grey, `[size, size]`, 0 to 255; bilinear, half-pixel centres."""
    grey = torch.from_numpy(np.asarray(Image.open(item["image"]).convert("L"), dtype=np.float32))
    return F.interpolate(grey[None, None], (size, size), mode="bilinear", align_corners=False)[0, 0]


def mask_of(item, size):
    """0 and 1, `[size, size]`; the nearest pixel."""
    mask = torch.from_numpy((np.asarray(Image.open(item["mask"]).convert("L")) > 0).astype(np.float32))
    return F.interpolate(mask[None, None], (size, size), mode="nearest-exact")[0, 0]


def write_labels(item, lesion, folder):
    """Probabilities of a resized image as labels of the image's own size."""
    _, rows, columns = item["size"]
    own = F.interpolate(lesion[None, None], (rows, columns), mode="bilinear", align_corners=False)
    Path(folder).mkdir(parents=True, exist_ok=True)
    labels = (own[0, 0].numpy() > 0.5).astype(np.uint8)
    Image.fromarray(labels).save(Path(folder) / f"{item['id']}.png")
