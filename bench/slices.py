"""NumPy's side of slices.mjs."""

import numpy as np
from serve import serve

SHAPE = (35, 640, 640)
float32 = (np.arange(np.prod(SHAPE), dtype=np.int64) * 7919 % 4096).astype(np.float32).reshape(SHAPE)
volumes = {"float32": float32, "int16": float32.astype(np.int16)}
label = (float32 > 4090).astype(np.uint8)
images = np.empty((35, 480, 480, 3), np.float32)
masks = np.empty((35, 480, 480), np.uint8)


def hand_out(volume):
    for i in range(35):
        window = [i - 1, i, i + 1] if 0 < i < 34 else [i, i, i]
        image = np.stack([volume[k, 80:560, 80:560] for k in window], -1).astype(np.float32, copy=False)
        yield image, label[i, 80:560, 80:560]


def fill_batch(volume):
    for i in range(35):
        window = slice(i - 1, i + 2) if 0 < i < 34 else slice(i, i + 1)
        images[i] = volume[window, 80:560, 80:560].transpose(1, 2, 0)
        masks[i] = label[i, 80:560, 80:560]
        yield images[i], masks[i]


def task(make, volume):
    def call():
        for image, mask in make(volume):
            assert image.shape == (480, 480, 3) and mask.shape == (480, 480)

    return call


serve(
    {"NumPy": np.__version__},
    {
        "NumPy": {
            f"2.5D samples of {name}, {what}": task(make, volume)
            for name, volume in volumes.items()
            for what, make in (("handed out", hand_out), ("in a batch", fill_batch))
        }
    },
)
