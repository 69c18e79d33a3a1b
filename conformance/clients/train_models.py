"""An unmodified MLflow client logs models (MLflow 3's logged models) with autologging and by hand, and finds them again."""

import mlflow
import numpy as np
import pandas as pd
from mlflow.entities import LoggedModelStatus
from mlflow.exceptions import MlflowException
from sklearn.linear_model import LinearRegression

client = mlflow.MlflowClient()
experiment = mlflow.set_experiment("models")
table = pd.DataFrame({"x": [0.0, 1.0, 2.0], "y": [1.0, 3.0, 5.0]})
dataset = mlflow.data.from_pandas(table, name="line", targets="y")


def by_hand():
    with mlflow.start_run() as run:
        model = LinearRegression().fit(table[["x"]], table["y"])
        logged = mlflow.sklearn.log_model(model, name="line", input_example=table[["x"]], params={"fit": "least squares"}, tags={"team": "risk"})
        mlflow.log_metric("mae", 0.25, model_id=logged.model_id, dataset=dataset)
        mlflow.log_metric("mae", 0.125, step=1, model_id=logged.model_id, dataset=dataset)
    found = mlflow.get_logged_model(logged.model_id)
    assert (found.name, found.status, found.source_run_id) == ("line", LoggedModelStatus.READY, run.info.run_id), found
    assert found.params["fit"] == "least squares" and found.tags["team"] == "risk", found
    assert found.experiment_id == experiment.experiment_id
    assert 0.125 in [metric.value for metric in found.metrics], found.metrics
    outputs = client.get_run(run.info.run_id).outputs.model_outputs
    assert [output.model_id for output in outputs] == [logged.model_id], outputs
    again = mlflow.sklearn.load_model(f"models:/{logged.model_id}")
    assert np.allclose(again.predict(pd.DataFrame({"x": [10.0]})), [21.0])
    paths = {info.path for info in client.list_logged_model_artifacts(logged.model_id)}
    assert {"MLmodel", "requirements.txt"} <= paths, paths
    client.set_logged_model_tags(logged.model_id, {"stage": "trial", "gone": "soon"})
    client.delete_logged_model_tag(logged.model_id, "gone")
    assert client.get_logged_model(logged.model_id).tags["stage"] == "trial"
    assert "gone" not in client.get_logged_model(logged.model_id).tags
    return logged.model_id


def searched(first):
    made = [mlflow.initialize_logged_model(name=f"model-{nth}", params={"nth": str(nth)}, tags={"parity": str(nth % 2)}) for nth in range(6)]
    for nth, model in enumerate(made):
        with mlflow.start_run():
            mlflow.log_metric("score", nth, model_id=model.model_id)
        if nth:
            mlflow.finalize_logged_model(model.model_id, "READY" if nth < 5 else "FAILED")

    def names(filter_string=None, **named):
        found = mlflow.search_logged_models([experiment.experiment_id], filter_string=filter_string, output_format="list", **named)
        return [model.name for model in found]

    assert set(names()) == {"line", *(f"model-{nth}" for nth in range(6))}, names()
    assert names("name = 'line'") == ["line"]
    assert set(names("params.nth = '3'")) == {"model-3"}
    assert set(names("tags.parity = '1'")) == {"model-1", "model-3", "model-5"}
    assert set(names("metrics.score >= 4")) == {"model-4", "model-5"}, names("metrics.score >= 4")
    assert names("name LIKE 'model-%'", order_by=[{"field_name": "metrics.score", "ascending": True}]) == [f"model-{nth}" for nth in range(6)]
    states = {model.name: model.status for model in mlflow.search_logged_models([experiment.experiment_id], output_format="list")}
    assert states["model-0"] == LoggedModelStatus.PENDING and states["model-5"] == LoggedModelStatus.FAILED, states
    tokens, seen, token = 0, [], None
    while True:
        page = client.search_logged_models([experiment.experiment_id], max_results=3, page_token=token)
        seen += [model.model_id for model in page]
        token, tokens = page.token, tokens + 1
        if not token:
            break
    assert tokens == 3 and len(set(seen)) == 7 and first in seen, seen
    client.delete_logged_model(made[0].model_id)
    assert "model-0" not in names()
    try:
        mlflow.get_logged_model(made[0].model_id)
    except MlflowException as error:
        assert error.error_code == "RESOURCE_DOES_NOT_EXIST", error
    else:
        raise AssertionError("a deleted model was found")


def autologged():
    mlflow.sklearn.autolog(log_input_examples=True)
    try:
        with mlflow.start_run() as run:
            LinearRegression().fit(table[["x"]], table["y"])
    finally:
        mlflow.sklearn.autolog(disable=True)
    run = client.get_run(run.info.run_id)
    assert run.data.params["fit_intercept"] == "True" and run.data.metrics["training_r2_score"] == 1.0, run.data
    assert run.data.tags["estimator_name"] == "LinearRegression"
    assert len(run.outputs.model_outputs) == 1 and len(run.inputs.dataset_inputs) >= 1, (run.outputs, run.inputs)


searched(by_hand())
autologged()
print("all well")
