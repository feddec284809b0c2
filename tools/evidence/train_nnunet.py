"""Trains nnU-Net v2's 2-D configuration on the images of a grid's base config, brought to the same size, with the
same split, on one thread of a processor, and writes what it predicts of the test split as PNG labels, for
`sts-net evaluate`.

    python tools/evidence/train_nnunet.py CONFIG OUTPUT ITERATIONS

Its own plan, augmentation, loss and schedule; only the length is cut: ITERATIONS in five epochs. Written with Python 3.11, nnunetv2 2.8.1, torch 2.14.1.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

config_path, output, iterations = Path(sys.argv[1]), Path(sys.argv[2]).resolve(), int(sys.argv[3])
work = output / "nnunet"
os.environ.update(
    nnUNet_raw=str(work / "raw"),
    nnUNet_preprocessed=str(work / "preprocessed"),
    nnUNet_results=str(work / "results"),
    nnUNet_compile="f",
    nnUNet_n_proc_DA="1",
)

import torch  # noqa: E402
from data import image_of, items, mask_of, write_labels  # noqa: E402
from nnunetv2.experiment_planning.plan_and_preprocess_api import (  # noqa: E402
    extract_fingerprints,
    plan_experiments,
    preprocess,
)
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor  # noqa: E402
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer  # noqa: E402

config = json.loads(config_path.read_text())
manifest = config_path.parent / config["data"]["cases"]["manifest"]
size = config["preprocessing"]["size"]
name = "Dataset501_Lesions"


def png(values, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values.numpy().round().astype(np.uint8)).save(path)


def main():
    # Here, since worker processes import this file as well.
    shutil.rmtree(work, ignore_errors=True)
    torch.set_num_threads(1)
    raw, prepared = work / "raw" / name, work / "preprocessed" / name
    splits = {split: items(manifest, split) for split in ("training", "validation", "test")}
    names = {}
    for split, own in splits.items():
        folder = "Ts" if split == "test" else "Tr"
        names[split] = [f"{split}{i:03}" for i in range(len(own))]
        for one, item in zip(names[split], own):
            png(image_of(item, size), raw / f"images{folder}" / f"{one}_0000.png")
            png(mask_of(item, size), raw / f"labels{folder}" / f"{one}.png")
    description = {
        "channel_names": {"0": "ultrasound"},
        "labels": {"background": 0, "lesion": 1},
        "numTraining": len(names["training"]) + len(names["validation"]),
        "file_ending": ".png",
    }
    (raw / "dataset.json").write_text(json.dumps(description))
    extract_fingerprints([501], num_processes=1)
    plan_experiments([501])
    preprocess([501], configurations=["2d"], num_processes=[1])
    plans = json.loads((prepared / "nnUNetPlans.json").read_text())
    print({key: plans["configurations"]["2d"][key] for key in ("patch_size", "batch_size")})
    split = [{"train": names["training"], "val": names["validation"]}]
    (prepared / "splits_final.json").write_text(json.dumps(split))

    # Augmentation in this process, so that its time counts.
    os.environ["nnUNet_n_proc_DA"] = "0"
    torch.manual_seed(1)
    np.random.seed(1)
    plans["continue_training"] = False
    trainer = nnUNetTrainer(plans, "2d", 0, description, device=torch.device("cpu"))
    trainer.num_epochs = 5
    trainer.num_iterations_per_epoch = max(1, iterations // 5)
    trainer.num_val_iterations_per_epoch = 2
    start = time.process_time()
    trainer.run_training()
    print(f"{iterations} iterations: {time.process_time() - start:.0f} s of processor time")

    predictor = nnUNetPredictor(device=torch.device("cpu"), allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(
        str(Path(trainer.output_folder_base)), use_folds=(0,), checkpoint_name="checkpoint_final.pth"
    )
    for one, item in zip(names["test"], splits["test"]):
        image = np.asarray(Image.open(raw / "imagesTs" / f"{one}_0000.png"), dtype=np.float32)
        _, probabilities = predictor.predict_single_npy_array(
            image[None, None], {"spacing": (999, 1, 1)}, None, None, True
        )
        write_labels(item, torch.from_numpy(probabilities[1, 0].astype(np.float32)), output / "labels")


if __name__ == "__main__":
    main()
