import { CBAM, SE } from '@sts-net/layers-attention';
import type { TorchParameter } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';

/** Squeeze and excitation by the keys of UM-Net. */
export class UMNetSE extends SE {
  static override readonly className = 'StsUMNetSE';

  torchParameter(name: string, shape: readonly number[]): TorchParameter {
    const torchName = name.replace('fc1', 'fc.0').replace('fc2', 'fc.2');
    return { name: torchName, shape, layout: 'same' };
  }
}
tf.serialization.registerClass(UMNetSE);

/** Convolutional block attention by the keys of UM-Net, whose fully connected layers are 1×1 convolutions. */
export class UMNetCBAM extends CBAM {
  static override readonly className = 'StsUMNetCBAM';

  override torchParameter(name: string, shape: readonly number[]): TorchParameter {
    if (name.startsWith('conv')) return super.torchParameter(name, shape);
    const torchName = name.replace('fc1', 'mlp.0').replace('fc2', 'mlp.2');
    return { name: torchName, shape: [...shape, 1, 1], layout: 'same' };
  }
}
tf.serialization.registerClass(UMNetCBAM);
