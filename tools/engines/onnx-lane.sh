#!/usr/bin/env bash
# Exports networks to ONNX and checks them in Python: the checker of `onnx` passes them, and Python's
# ONNX Runtime gives the logits of the network: for nine networks and any size; with --full for every decoder, encoder
# of the paper and attention, for one size too. Takes half a minute, in full 2.
#
#   npm run build && tools/engines/onnx-lane.sh [--full]
#
# Needs python3 with venv and pip; where they are missing the lane says so and succeeds.
# PYTHON names a Python that has onnx, onnxruntime and numpy already.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python=${PYTHON:-}
if [[ -z $python ]]; then
  python=$folder/venv/bin/python
  if ! python3 -m venv "$folder/venv" 2>/dev/null ||
    ! "$python" -m pip install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy; then
    echo 'onnx lane: skipped, python3 with venv and pip cannot install onnx and onnxruntime'
    exit 0
  fi
fi
mkdir "$folder/files"
node tools/engines/export-onnx.mjs "$folder/files" "$@"
"$python" tools/engines/check-onnx.py "$folder/files"
