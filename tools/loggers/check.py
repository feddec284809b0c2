"""Reads what write-runs.mjs wrote with TensorBoard's own reader, and from an MLflow server.

    python check.py FOLDER [MLFLOW_ADDRESS]
"""
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder = sys.argv[1]
board = EventAccumulator(f"{folder}/board")
board.Reload()


def scalars(tag):
    return [(one.step, one.value) for one in board.Scalars(tag)]


losses = [(1, 0.125), (2, 0.25), (3, 0.75), (4, 1.0), (5, 1.25)]
assert scalars("training/loss") == losses, scalars("training/loss")
assert [step for step, _ in scalars("training/learning_rate")] == [1, 2, 3, 4, 5]
# The validation of step 4 belongs to what was run again.
assert "validation/dice" not in board.Tags()["scalars"] or scalars("validation/dice") == []
print("TensorBoard reads 5 steps, those run again once")

if len(sys.argv) > 2:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=sys.argv[2])
    experiment = client.get_experiment_by_name("sts-net lane")
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED", run.info.status
    assert run.info.run_name == "lane"
    assert run.data.params == {"seed": "7", "training.batchSize": "2"}, run.data.params
    history = client.get_metric_history(run.info.run_id, "training/loss")
    last = {one.step: one.value for one in sorted(history, key=lambda one: one.timestamp)}
    assert sorted(last.items()) == losses, last
    classes = client.get_metric_history(run.info.run_id, "validation/dice/class_2")
    assert [(one.step, one.value) for one in classes] == [(4, 0.375)]
    print("MLflow has one run with its parameters, 5 steps and its end")
