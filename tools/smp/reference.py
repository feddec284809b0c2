"""Networks of segmentation_models.pytorch, and the plain ones, by the names of our encoders and decoders."""

import sys
from pathlib import Path

import torch

# torchvision without its compiled operators imports only if their names are known.
try:
    import torchvision  # noqa: F401
except RuntimeError:
    for module in [name for name in sys.modules if name.startswith("torchvision")]:
        del sys.modules[module]
    operators = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        operators.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import segmentation_models_pytorch as smp

sys.path.append(str(Path(__file__).resolve().parents[1] / "fixtures/model"))
import plain_networks

CLASSES = {
    "deeplabv3": smp.DeepLabV3,
    "deeplabv3plus": smp.DeepLabV3Plus,
    "unet": smp.Unet,
    "unetplusplus": smp.UnetPlusPlus,
    "pan": smp.PAN,
    "fpn": smp.FPN,
    "linknet": smp.Linknet,
    "manet": smp.MAnet,
    "pspnet": smp.PSPNet,
    "segformer": smp.Segformer,
    "upernet": smp.UPerNet,
}


def build(encoder, decoder, classes):
    """Without pretrained weights. KeyError for an encoder or decoder that there is no reference of."""
    if encoder == decoder:
        return plain_networks.build(encoder, classes)
    return CLASSES[decoder](encoder, encoder_weights=None, classes=classes)
