"""Checks that ONNX files pass the checker of `onnx` and give in ONNX Runtime's Python the numbers they should.

  python check-onnx.py FOLDER

The folder is one that export-onnx.mjs filled: `cases.json` lists `{ name, model, runs }`, a run is
`{ input, output, shape }` with the names of two files of little-endian float32 and the input's shape.
Written for onnx 1.23 and onnxruntime 1.32.
"""
import json
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime

folder = Path(sys.argv[1])
failures = 0
for case in json.loads((folder / 'cases.json').read_text()):
    path = folder / case['model']
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    worst = 0
    for run in case['runs']:
        x = numpy.fromfile(folder / run['input'], '<f4').reshape(run['shape'])
        (y,) = session.run(None, {session.get_inputs()[0].name: x})
        assert y.shape[:3] == x.shape[:3], (case['name'], x.shape, y.shape)
        expected = numpy.fromfile(folder / run['output'], '<f4').reshape(y.shape)
        worst = max(worst, numpy.abs(y - expected).max() / expected.std())
    failures += worst > 1e-4
    print(f"{case['name']:<48} largest difference {worst:.1e} of the standard deviation")
print(f'onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}: {failures} failed')
sys.exit(int(failures > 0))
