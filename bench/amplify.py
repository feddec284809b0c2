"""OpenCV's side of amplify.mjs."""

import cv2
import numpy as np
from serve import serve

cv2.setNumThreads(1)
SIZE, MARGIN = 480, 50
image = (np.random.default_rng(1).random((SIZE, SIZE, 3)) * 1023).astype(np.float32)
mask = np.zeros((SIZE, SIZE), np.uint8)
cv2.ellipse(mask, (210, 260), (14, 9), 30, 0, 360, 1, -1)
random = np.random.default_rng(2)


def resized(image, mask, top, bottom, left, right, lent=None):
    box = np.s_[top:bottom, left:right]
    return (
        cv2.resize(image[box], (SIZE, SIZE), lent, interpolation=cv2.INTER_LINEAR),
        cv2.resize(mask[box], (SIZE, SIZE), interpolation=cv2.INTER_NEAREST),
    )


def center_crop(image, mask, lent):
    mask = cv2.dilate(mask, np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    corners = cv2.boxPoints(cv2.minAreaRect(contours[0])).astype(np.intp)
    column, row = (corners.min(0) + corners.max(0)) // 2
    half = random.integers(150, 160, 2, endpoint=True)
    height, width = np.minimum(half, [min(row, SIZE - row), min(column, SIZE - column)])
    return resized(image, mask, row - height, row + height, column - width, column + width, lent)


def amplify(image, mask, lent=(None,) * 5):
    outputs = [(image, mask)]
    if not 5 < cv2.countNonZero(mask) < 1024:
        return outputs
    inner = (MARGIN, SIZE - MARGIN) * 2
    flipped = cv2.flip(image, 1, lent[0]), cv2.flip(mask, 1)
    outputs += [
        (cv2.flip(image, 0, lent[1]), cv2.flip(mask, 0)),
        flipped,
        resized(image, mask, *inner, lent[2]),
        resized(*flipped, *inner, lent[3]),
        center_crop(image, mask, lent[4]),
    ]
    return outputs


lent = [np.empty_like(image) for _ in range(5)]
serve(
    {"OpenCV": cv2.__version__, "NumPy": np.__version__},
    {
        "OpenCV": {
            "six outputs, new arrays": lambda: amplify(image, mask),
            "six outputs, lent arrays": lambda: amplify(image, mask, lent),
            "six outputs, `imageArrays`": lambda: amplify(image, mask, lent),
        }
    },
)
