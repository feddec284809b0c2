"""Builds networks as bench/build.mjs does, in segmentation_models.pytorch: prints the median processor
seconds of each as a JSON list, null for those that it does not have.

    python bench/build-smp.py ENCODER/DECODER …
"""

import json
import statistics
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools/smp"))
from reference import build


def seconds(pair):
    encoder, decoder = pair.split("/")
    times = []
    for _ in range(3):
        start = time.process_time()
        try:
            build(encoder, decoder, classes=2)
        except KeyError:
            return None
        times.append(time.process_time() - start)
    return statistics.median(times)


print(json.dumps([seconds(pair) for pair in sys.argv[1:]]))
