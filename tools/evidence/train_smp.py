"""Trains the network of a grid's base config in PyTorch on the same images, split and number of steps, once for
each seed, and writes what it predicts of the test split as PNG labels, for `sts-net evaluate`.

    python tools/evidence/train_smp.py CONFIG OUTPUT [SEEDS]

Written with Python 3.11, torch 2.14.1, segmentation-models-pytorch 0.6.0, Pillow, on one thread. The best of the
validations is kept, as there; the most likely class is taken.
"""

import json
import random
import sys
import time
from pathlib import Path

import segmentation_models_pytorch as smp
import torch
from data import image_of, items, mask_of, write_labels

sys.path.append(str(Path(__file__).parent.parent / "smp"))
from real_patches import cross_entropy, dice  # noqa: E402

torch.set_num_threads(1)


def normalised(image):
    """Mean 0 and deviation 1 over all pixels; grey as three channels."""
    return ((image - image.mean()) / image.std(correction=0)).expand(3, -1, -1)


def pooled_dice(model, images, masks):
    predicted = lesion_of(model, images) > 0.5
    wanted = masks > 0
    return (2 * (predicted & wanted).sum() / (predicted.sum() + wanted.sum())).item()


@torch.no_grad()
def lesion_of(model, images):
    model.eval()
    batches = [torch.softmax(model(batch), 1)[:, 1] for batch in images.split(4)]
    model.train()
    return torch.cat(batches)


def train(config, seed, data):
    torch.manual_seed(seed)
    draw = random.Random(seed)
    training = config["training"]
    steps, size = training["steps"], training["batchSize"]
    model = smp.Unet("mobilenet_v2", encoder_weights=None, classes=2).train()
    rate = training["optimizer"]["learningRate"]
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps, eta_min=1e-8)
    images, masks = data["training"]
    order, best, kept = [], -1.0, None
    for step in range(1, steps + 1):
        if len(order) < size:
            order = draw.sample(range(len(images)), len(images))
        batch, order = order[:size], order[size:]
        x, y = [], []
        for i in batch:
            axes = [axis for axis in (-2, -1) if draw.random() < 0.5]
            x.append(images[i].flip(axes))
            y.append(masks[i].flip(axes))
        truth = torch.stack(y)
        truth = torch.stack([1 - truth, truth], 1)
        logits = model(torch.stack(x))
        loss = cross_entropy(logits, truth) + dice(logits, truth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % training["validation"]["every"] == 0:
            score = pooled_dice(model, *data["validation"])
            if score > best:
                best = score
                kept = {key: value.clone() for key, value in model.state_dict().items()}
    model.load_state_dict(kept)
    return model, best


config_path, output = Path(sys.argv[1]), Path(sys.argv[2])
config = json.loads(config_path.read_text())
manifest = config_path.parent / config["data"]["cases"]["manifest"]
size = config["preprocessing"]["size"]
data = {}
for split in ("training", "validation", "test"):
    own = items(manifest, split)
    data[split] = (
        torch.stack([normalised(image_of(one, size)) for one in own]),
        torch.stack([mask_of(one, size) for one in own]),
    )
for seed in range(1, int(sys.argv[3]) + 1 if len(sys.argv) > 3 else 6):
    start = time.process_time()
    model, best = train(config, seed, data)
    trained = time.process_time() - start
    for one, lesion in zip(items(manifest, "test"), lesion_of(model, data["test"][0])):
        write_labels(one, lesion, output / f"seed-{seed}")
    print(f"seed {seed}: validation Dice {best:.3f}, {trained:.0f} s of processor time", flush=True)
