#!/usr/bin/env bash
# Runs the small suites on the `webgpu` backend in Node.js, without a graphics processor: on
# SwiftShader, the Vulkan driver in software that Chromium ships. Takes a minute, in full 3 to 4.
#
#   tools/engines/webgpu-lane.sh [--install|--full]
#
# --install only puts the packages where they are found, before other lanes read node_modules.
#
# Where the driver or the packages cannot be had, the lane names what it skips and succeeds.
# CHROMIUM names the folder with vk_swiftshader_icd.json, default /usr/lib/chromium (Debian's).
set -euo pipefail
cd "$(dirname "$0")/../.."

mode=${1:-}
[[ $mode =~ ^(--install|--full)?$ ]] || { echo "webgpu lane: --install or --full, got $mode"; exit 1; }
chromium=${CHROMIUM:-/usr/lib/chromium}
suites=(
  packages/backend/test/cast
  packages/layers-core
  packages/layers-esca/test/esca.test.ts
  packages/metrics/test/tfjs
  packages/training/test/steps.test.ts
  # Not losses-large: TF.js's WebGPU has no dispatch of that size.
  packages/training/test/losses/losses.test.ts
)
# Of the suites of whole networks, the smallest: one golden network in inference; in full it is trained too, with one
# encoder and one decoder by itself.
networks=(packages/model/test/golden-eval)
# What takes longest on SwiftShader and says least about kernels: in full only.
pattern='^(?!.*( in [24] parts:| every class, average and rule | nothing is left behind$))'
if [[ $mode == --full ]]; then
  pattern=.
  networks+=(packages/backbones packages/decoders packages/training/test/golden-training)
fi
small=' (ResNet \(encoder\)|U-Net \(decoder\)|Unet/mobilenet_v2.* golden (logits|loss))'

# A name that fits nothing is passed over by vitest.
for name in "${suites[@]}" "${networks[@]}"; do
  compgen -G "$name*" >/dev/null || { echo "webgpu lane: there is no $name"; exit 1; }
done

skip() {
  [[ $mode != --install ]] || exit 0
  echo "webgpu lane: skipped, $1:"
  printf '  %s\n' "${suites[@]}" "${networks[@]}"
  exit 0
}

[[ -f $chromium/vk_swiftshader_icd.json ]] || skip "no SwiftShader in $chromium (Debian: apt install chromium)"

# Neither is a dependency: they take 140 MB, and the lane alone needs them. `npm ci` removes them.
packages=(webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0)
if [[ ! -d node_modules/webgpu || ! -d node_modules/@tensorflow/tfjs-backend-webgpu ]]; then
  npm install --no-save --ignore-scripts --no-audit --no-fund "${packages[@]}"
fi
[[ $mode != --install ]] || exit 0

export LD_LIBRARY_PATH=$chromium${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export VK_ICD_FILENAMES=$chromium/vk_swiftshader_icd.json
export STS_NET_TEST_BACKENDS=webgpu
npx vitest run "${suites[@]}" --testNamePattern "$pattern"
npx vitest run "${networks[@]}" --testNamePattern "$small" --testTimeout 600000
