"""Python's side of metrics.mjs."""

import warnings

import cc3d
import monai
import numpy as np
import surface_distance
import torch
from importlib.metadata import version
from monai.metrics import (
    compute_average_surface_distance,
    compute_hausdorff_distance,
    compute_surface_dice,
)
from serve import serve

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
spacing = (5.0, 0.5, 0.5)
z, y, x = np.ogrid[:35, :512, :512]


def ball(cx, cy, radius):
    return (5 * (z - 17)) ** 2 + ((y - cy) / 2) ** 2 + ((x - cx) / 2) ** 2 < radius**2


t, p = ball(256, 256, 70), ball(262, 250, 68)
t8, p8 = t.astype(np.uint8), p.astype(np.uint8)
one_hot = [torch.from_numpy(m)[None, None].float() for m in (p, t)]
places = ((x >> 1) ^ ((y >> 1) << 9) ^ (z << 18)).astype(np.uint32)
spots = (places * np.uint32(0x9E3779B1) < 2**32 / 100).astype(np.uint8)


def surface():
    distances = surface_distance.compute_surface_distances(t, p, spacing)
    surface_distance.compute_robust_hausdorff(distances, 95)
    surface_distance.compute_average_surface_distance(distances)
    surface_distance.compute_surface_dice_at_tolerance(distances, 1)


def by_monai():
    options = dict(include_background=True, spacing=spacing)
    compute_hausdorff_distance(*one_hot, percentile=95, **options)
    compute_average_surface_distance(*one_hot, symmetric=True, **options)
    compute_surface_dice(*one_hot, [1.0], **options)


def components(mask):
    return lambda: cc3d.statistics(cc3d.connected_components(mask, connectivity=26))


serve(
    {
        "NumPy": np.__version__,
        "surface-distance": version("surface-distance"),
        "MONAI": monai.__version__,
        "cc3d": version("connected-components-3d"),
    },
    {
        "NumPy, boolean sums": {
            "confusion": lambda: ((p & t).sum(), (p & ~t).sum(), (~p & t).sum(), (~p & ~t).sum()),
        },
        "NumPy, count_nonzero": {
            "confusion": lambda: (np.count_nonzero(p & t), np.count_nonzero(p), np.count_nonzero(t)),
        },
        "NumPy, bincount": {
            "confusion": lambda: np.bincount((2 * t8 + p8).ravel(), minlength=4),
        },
        "surface-distance": {"HD95, ASSD and NSD by area": surface},
        "MONAI": {"HD95, ASSD and NSD by pixels": by_monai},
        "cc3d": {
            "components of a ball": components(t8),
            "components of lesions": components(spots),
        },
    },
)
