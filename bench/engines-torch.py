"""PyTorch's side of engines.mjs: the same network and step.

    engines-torch.py train|predict SIZE BATCH TASK
"""

import sys

import torch
from serve import serve
from torch import nn
from torch.nn import functional as F


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, outputs, stride, dilation):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, stride, dilation, dilation, 32, bias=False),
            nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Identity()
        if inputs != outputs or stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x), inplace=True)


class Attention(nn.Module):
    """A 1-D convolution over the pooled channels, whose sigmoid weighs the channels."""

    def __init__(self):
        super().__init__()
        self.mix = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, x):
        pooled = x.mean((2, 3))[:, None]
        return x * torch.sigmoid(self.mix(pooled))[:, 0, :, None, None]


def unit(inputs, outputs, size=1, dilation=1):
    padding = dilation if size == 3 else 0
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, padding=padding, dilation=dilation, bias=False),
        nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
    )


class DeepLabV3(nn.Module):
    def __init__(self, classes=2):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True),
            Attention(), nn.MaxPool2d(3, 2, 1),
        )
        stages, channels = [], 64
        plan = [(3, 128, 256, 1, 1), (4, 256, 512, 2, 1), (6, 512, 1024, 1, 2), (3, 1024, 2048, 1, 4)]
        for count, width, outputs, stride, dilation in plan:
            for i in range(count):
                stages.append(
                    Bottleneck(channels, width, outputs, stride if i == 0 else 1, dilation)
                )
                channels = outputs
            stages.append(Attention())
        self.stages = nn.Sequential(*stages)
        self.branches = nn.ModuleList(
            [unit(2048, 256)] + [unit(2048, 256, 3, rate) for rate in (12, 24, 36)]
        )
        self.pool = unit(2048, 256)
        self.project = nn.Sequential(unit(1280, 256), nn.Dropout(0.5))
        self.refine = unit(256, 256, 3)
        self.head = nn.Conv2d(256, classes, 1)

    def forward(self, image):
        x = self.stages(self.stem(image))
        pooled = self.pool(x.mean((2, 3), keepdim=True)).expand(-1, -1, *x.shape[2:])
        x = torch.cat([branch(x) for branch in self.branches] + [pooled], 1)
        logits = self.head(self.refine(self.project(x)))
        return F.interpolate(logits, size=image.shape[2:], mode='bilinear', align_corners=True)


def main():
    what, size, batch = sys.argv[1], *map(int, sys.argv[2:4])
    torch.manual_seed(0)
    network = DeepLabV3()
    image = torch.rand(batch, 3, size, size)
    labels = (image.mean(1) > 0.5).long()
    if what == 'train':
        optimizer = torch.optim.AdamW(network.parameters(), 1e-4)
        network.train()

        def step():
            optimizer.zero_grad()
            loss = F.cross_entropy(network(image), labels)
            loss.backward()
            optimizer.step()
    else:
        network.eval()

        def step():
            with torch.inference_mode():
                network(image)

    versions = {'torch': f'{torch.__version__} (threads: {torch.get_num_threads()})'}
    serve(versions, {'PyTorch': {sys.argv[4]: step}})


main()
