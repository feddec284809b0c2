/** A file of published weights. */
export interface PretrainedFile {
  /** Where it is: `https://…` or `http://…`; the last part is its name in the cache. */
  readonly url: string;
  /** The first hexadecimal digits of its SHA-256, at least eight, or all 64. */
  readonly sha256: string;
}

const torchvision = 'https://download.pytorch.org/models';
const efficientNet = 'https://github.com/lukemelas/EfficientNet-PyTorch/releases/download/1.0';
const dpn = 'https://github.com/rwightman/pytorch-dpn-pretrained/releases/download/v0.1';

/** Publishers put the first digits of the digest into the name: `resnet50-19c8e357.pth`. */
function published(folder: string, name: string): PretrainedFile {
  return { url: `${folder}/${name}`, sha256: /-([0-9a-f]{8,})\.pth$/.exec(name)![1]! };
}

/**
 * The files with weights trained on ImageNet for the encoders of the same names: those that
 * segmentation_models.pytorch starts from, and torchvision's DenseNets; Res2Net, mix transformers and the
 * plain networks have none. They go with the image normalisation that `imagenet` stands for in a config (DPN: mean 124, 117, 104 of 255, standard deviation 1 / (0.0167 · 255)).
 */
export const pretrainedFiles: Readonly<Record<string, PretrainedFile>> = {
  resnet18: published(torchvision, 'resnet18-5c106cde.pth'),
  resnet34: published(torchvision, 'resnet34-333f7ec4.pth'),
  resnet50: published(torchvision, 'resnet50-19c8e357.pth'),
  resnet101: published(torchvision, 'resnet101-5d3b4d8f.pth'),
  resnext50_32x4d: published(torchvision, 'resnext50_32x4d-7cdf4587.pth'),
  resnext101_32x8d: published(torchvision, 'resnext101_32x8d-8ba56ff5.pth'),
  densenet121: published(torchvision, 'densenet121-a639ec97.pth'),
  densenet161: published(torchvision, 'densenet161-8d451a50.pth'),
  densenet169: published(torchvision, 'densenet169-b2777c0a.pth'),
  densenet201: published(torchvision, 'densenet201-c1103571.pth'),
  mobilenet_v2: published(torchvision, 'mobilenet_v2-b0353104.pth'),
  dpn68: published(dpn, 'dpn68-66bebafa7.pth'),
  'efficientnet-b0': published(efficientNet, 'efficientnet-b0-355c32eb.pth'),
  'efficientnet-b1': published(efficientNet, 'efficientnet-b1-f1951068.pth'),
  'efficientnet-b2': published(efficientNet, 'efficientnet-b2-8bb594d6.pth'),
  'efficientnet-b3': published(efficientNet, 'efficientnet-b3-5fb5a3c3.pth'),
  'efficientnet-b4': published(efficientNet, 'efficientnet-b4-6ed6700e.pth'),
  'torchvision-efficientnet-b0': published(torchvision, 'efficientnet_b0_rwightman-7f5810bc.pth'),
};

/** VGG16 trained on ImageNet, by whose features the loss `lossnet` compares. */
export const vgg16File: PretrainedFile = published(torchvision, 'vgg16-397923af.pth');
