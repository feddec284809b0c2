"""The classes of segmentation_models.pytorch by the names of our decoders."""

import sys

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

classes = {
    "deeplabv3": smp.DeepLabV3,
    "deeplabv3plus": smp.DeepLabV3Plus,
    "unet": smp.Unet,
    "unetplusplus": smp.UnetPlusPlus,
    "pan": smp.PAN,
    "fpn": smp.FPN,
    "linknet": smp.Linknet,
    "manet": smp.MAnet,
    "pspnet": smp.PSPNet,
}
