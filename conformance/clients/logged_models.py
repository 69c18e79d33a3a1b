"""A run reads a dataset, trains and logs a model; the model is found by its metrics."""

import mlflow
import pandas as pd
from mlflow.entities import LoggedModelStatus
from sklearn.linear_model import LogisticRegression

experiment_id = mlflow.set_experiment("training").experiment_id
frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "y": [0, 0, 1, 1]})
dataset = mlflow.data.from_pandas(frame, name="points", targets="y")

model_ids = []
for c in (0.1, 1.0):
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training", tags={"part": "all"})
        fitted = LogisticRegression(C=c).fit(frame[["x"]], frame["y"])
        info = mlflow.sklearn.log_model(fitted, name="classifier", params={"C": c}, input_example=frame[["x"]])
        mlflow.log_metrics({"accuracy": c / 2, "loss": float("nan")}, model_id=info.model_id, dataset=dataset)
        model_ids.append(info.model_id)
        read = mlflow.get_run(run.info.run_id)
        [one] = read.inputs.dataset_inputs
        assert one.dataset.name == "points" and one.dataset.digest == dataset.digest, one
        assert {tag.key: tag.value for tag in one.tags} == {"part": "all", "mlflow.data.context": "training"}, one.tags
        assert [output.model_id for output in read.outputs.model_outputs] == [info.model_id]

model = mlflow.get_logged_model(model_ids[0])
assert model.status == LoggedModelStatus.READY and model.params == {"C": "0.1"}, model
metrics = {metric.key: metric for metric in model.metrics}
assert metrics["accuracy"].value == 0.05 and metrics["accuracy"].dataset_name == "points", metrics
assert metrics["loss"].value != metrics["loss"].value, metrics

order = [{"field_name": "metrics.accuracy", "ascending": False, "dataset_name": "points"}]
best = mlflow.search_logged_models(experiment_ids=[experiment_id], order_by=order, output_format="list")
assert [one.model_id for one in best] == model_ids[::-1], best
found = mlflow.search_logged_models(
    experiment_ids=[experiment_id], filter_string="metrics.accuracy > 0.1 AND params.C = '1.0'", output_format="list"
)
assert [one.model_id for one in found] == model_ids[1:], found
assert len(mlflow.search_runs([experiment_id], filter_string="datasets.name = 'points'")) == 2

mlflow.set_logged_model_tags(model_ids[0], {"stage": "old"})
assert mlflow.get_logged_model(model_ids[0]).tags["stage"] == "old"
mlflow.delete_logged_model_tag(model_ids[0], "stage")
loaded = mlflow.sklearn.load_model(f"models:/{model_ids[1]}")
assert list(loaded.predict(frame[["x"]])) == list(fitted.predict(frame[["x"]]))
client = mlflow.MlflowClient()
client.delete_logged_model(model_ids[0])
assert [one.model_id for one in mlflow.search_logged_models(experiment_ids=[experiment_id], output_format="list")] == model_ids[1:]
print("all well")
