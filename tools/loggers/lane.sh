#!/usr/bin/env bash
# Reads what the loggers of sts-net write with the programs it is written for: TensorBoard's own reader,
# and a real MLflow server on this machine. Takes about 2 minutes, most of it downloads.
#
#   npm run build && tools/loggers/lane.sh
#
# Needs python3 with venv and pip; where they are missing the lane says so and succeeds. PYTHON names a
# Python that has tensorboard and mlflow already; where it lacks mlflow, TensorBoard alone is checked.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
python=${PYTHON:-}
if [[ -z $python ]]; then
  python=$folder/venv/bin/python
  if ! python3 -m venv "$folder/venv" 2>/dev/null ||
    ! "$python" -m pip install --quiet tensorboard==2.21.0 mlflow==3.17.2; then
    echo 'loggers lane: skipped, python3 with venv and pip cannot install tensorboard and mlflow'
    exit 0
  fi
fi

address=()
if "$python" -c 'import mlflow' 2>/dev/null; then
  port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  (cd "$folder" && exec "$python" -m mlflow server --backend-store-uri "sqlite:///$folder/mlflow.db" \
    --host 127.0.0.1 --port "$port" --workers 1) >"$folder/server.log" 2>&1 &
  server=$!
  for _ in $(seq 120); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
    kill -0 "$server" 2>/dev/null || { cat "$folder/server.log"; exit 1; }
    sleep 1
  done
  address=("http://127.0.0.1:$port")
fi
node tools/loggers/write-runs.mjs "$folder" "${address[@]}"
"$python" tools/loggers/check.py "$folder" "${address[@]}"
