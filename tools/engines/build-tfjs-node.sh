#!/usr/bin/env bash
# Builds @tensorflow/tfjs-node 4.22.0 from npm and PyPI alone, for networks that block the host
# from which its install script downloads libtensorflow and the addon. Linux, x86-64.
#
#   tools/engines/build-tfjs-node.sh [--gpu] [project]     (default: the current directory)
#
# Needs: python3 with pip, make, a C++17 compiler. 210 MB are downloaded, 650 MB stay on disk.
# --gpu builds @tensorflow/tfjs-node-gpu with the CUDA library of the `tensorflow` wheel instead: 480 MB
# and 1.2 GB. To compute on a graphics processor it needs CUDA 12.2 and cuDNN 8.9 where the loader finds
# them (LD_LIBRARY_PATH); without them, or without a graphics processor, it computes on the processor.
#
# The wheel carries what the addon is linked with, under other names: the C API is
# in libtensorflow_cc.so.2, which needs libtensorflow_framework.so.2, and the headers are complete.
# The addon is N-API code: one build serves Node.js 20, 22 and 24.
#
#   TENSORFLOW_VERSION   version of the wheel, default 2.15.1, the one the suites ran on
#
# The package is installed without a trace in package.json: named there, every later `npm install`
# would run its install script again, which fails on such a network. For the same reason the next
# `npm ci` or `npm install` removes it: run this script again then (the wheel comes from pip's cache).
# Node.js's headers are downloaded from nodejs.org by node-gyp; where they are on the machine
# already, name their root: npm_config_nodedir=/usr (for /usr/include/node).
set -euo pipefail

version=${TENSORFLOW_VERSION:-2.15.1}
name=@tensorflow/tfjs-node
wheel=tensorflow-cpu
if [[ ${1:-} == --gpu ]]; then
  name=@tensorflow/tfjs-node-gpu
  wheel=tensorflow
  shift
fi
project=$(cd "${1:-.}" && pwd)
package=$project/node_modules/$name

if [[ $(uname -sm) != 'Linux x86_64' ]]; then
  echo "build-tfjs-node: the wheel is for Linux on x86-64, this is $(uname -sm)." >&2
  exit 1
fi
if [[ ! -f $project/package.json ]]; then
  echo "build-tfjs-node: $project must be a project with a package.json." >&2
  exit 1
fi

if [[ ! -d $package ]]; then
  (cd "$project" && npm install --no-save --ignore-scripts --no-audit --no-fund $name@4.22.0)
fi

download=$(mktemp -d)
trap 'rm -rf "$download"' EXIT
python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 \
  --platform manylinux_2_17_x86_64 --dest "$download" "$wheel==$version"

rm -rf "$package/deps"
mkdir -p "$package/deps/lib"
python3 - "$download"/*.whl "$package/deps" <<'PYTHON'
import shutil, sys, zipfile

wheel, deps = sys.argv[1:]
with zipfile.ZipFile(wheel) as files:
    for name in files.namelist():
        folder, _, rest = name.partition('/')
        if name.endswith('/') or folder != 'tensorflow':
            continue
        if rest in ('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'):
            with files.open(name) as source, open(f'{deps}/lib/{rest}', 'wb') as target:
                shutil.copyfileobj(source, target, 1 << 20)
        if rest.startswith(('include/tensorflow/', 'include/tsl/')):
            files.extract(name, f'{deps}/wheel')
PYTHON
mv "$package/deps/wheel/tensorflow/include" "$package/deps/include"
rm -r "$package/deps/wheel"
# The names that binding.gyp links with; at run time the libraries are found by their own.
ln -s libtensorflow_cc.so.2 "$package/deps/lib/libtensorflow.so"
ln -s libtensorflow_framework.so.2 "$package/deps/lib/libtensorflow_framework.so"

# `npm run` names npm's own node-gyp, so that none is downloaded.
(cd "$package" && npm run --silent build-addon-from-source)

cd "$project"
NAME=$name node --input-type=module - <<'NODE'
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import util from 'node:util';

// Node.js 23 removed both, and tfjs-node 4.22.0 calls them; @sts-net/backend restores them, too.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const require = createRequire(pathToFileURL(`${process.cwd()}/`));
const tf = require(process.env.NAME);
const [sum] = tf.matMul(tf.ones([1, 4]), tf.ones([4, 1])).dataSync();
if (sum !== 4) throw new Error(`build-tfjs-node: 1·1 four times must be 4, got ${sum}.`);
const { binding, isUsingGpuDevice } = tf.backend();
console.log(
  `${process.env.NAME} ${tf.version['tfjs-node']} on TensorFlow ${binding.TF_Version}, on the ${isUsingGpuDevice ? 'graphics processor' : 'processor'}`,
);
NODE
