"""An unmodified MLflow client does what a training script does, through the fluent API and the client, and reads it all back."""

import json
import math
import sys
import tempfile
import time
import traceback
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import mlflow
import numpy as np
import pandas as pd
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from PIL import Image

client = mlflow.MlflowClient()


def refused(code, work, *args, **named):
    """The server (or the client) refuses, with this error code; gives the message."""
    try:
        work(*args, **named)
    except MlflowException as error:
        assert error.error_code == code, f"expected {code}: {error.error_code} {error.message}"
        return error.message
    raise AssertionError(f"expected {code}, and it was done")


def fluent_runs():
    experiment = mlflow.set_experiment("fluent")
    with mlflow.start_run(run_name="parent", tags={"team": "risk"}, description="a parent") as parent:
        mlflow.log_params({"depth": 7, "rate": 0.1, "empty": "", "text": "ünï ✓"})
        for step in range(20):
            mlflow.log_metrics({"loss": 1 / (step + 1), "broken": math.nan if step % 2 else step}, step=step)
        mlflow.log_metrics({"up": math.inf, "down": -math.inf}, step=3)
        mlflow.set_tags({"kind": "forest", "gone": "soon"})
        mlflow.delete_tag("gone")
        for nth in range(3):
            with mlflow.start_run(run_name=f"child {nth}", nested=True):
                mlflow.log_metric("nth", nth)
    run = client.get_run(parent.info.run_id)
    assert run.info.experiment_id == experiment.experiment_id
    assert (run.info.run_name, run.info.status, run.info.lifecycle_stage) == ("parent", "FINISHED", "active"), run.info
    assert run.info.start_time <= run.info.end_time <= time.time() * 1000 + 1000
    assert run.data.params == {"depth": "7", "rate": "0.1", "empty": "", "text": "ünï ✓"}, run.data.params
    assert run.data.metrics["loss"] == 1 / 20 and math.isnan(run.data.metrics["broken"])
    # MLflow's own server keeps an infinity as the largest double.
    assert run.data.metrics["up"] >= 1.7976931348623157e308 and run.data.metrics["down"] <= -1.7976931348623157e308
    assert run.data.tags["team"] == "risk" and run.data.tags["mlflow.note.content"] == "a parent" and "gone" not in run.data.tags
    history = client.get_metric_history(run.info.run_id, "broken")
    assert [point.step for point in history] == list(range(20)), history
    assert all(math.isnan(point.value) if point.step % 2 else point.value == point.step for point in history)
    children = client.search_runs([experiment.experiment_id], f"tags.mlflow.parentRunId = '{run.info.run_id}'")
    assert {child.info.run_name for child in children} == {"child 0", "child 1", "child 2"}, children
    try:
        with mlflow.start_run() as failing:
            raise ValueError("as a script does")
    except ValueError:
        pass
    assert client.get_run(failing.info.run_id).info.status == "FAILED"
    with mlflow.start_run(run_id=failing.info.run_id):
        mlflow.log_metric("resumed", 1)
    assert client.get_run(failing.info.run_id).info.status == "FINISHED"


def batches_and_limits():
    run_id = client.create_run(client.create_experiment("limits")).info.run_id
    now = int(time.time() * 1000)
    client.log_batch(run_id, metrics=[Metric(f"m{nth % 10}", nth / 7, now + nth, nth) for nth in range(1000)])
    client.log_batch(run_id, params=[Param(f"p{nth}", str(nth)) for nth in range(100)], tags=[RunTag(f"t{nth}", "x") for nth in range(100)])
    data = client.get_run(run_id).data
    assert len(data.metrics) == 10 and data.metrics["m9"] == 999 / 7 and len(data.params) == 100
    assert len(client.get_metric_history(run_id, "m3")) == 100
    mlflow.log_metrics({f"many {nth}": nth for nth in range(2500)}, run_id=run_id)  # in several requests
    assert len(client.get_run(run_id).data.metrics) == 2510
    client.log_param(run_id, "p1", "1")  # the same value again is no change
    assert "p1" in refused("INVALID_PARAMETER_VALUE", client.log_param, run_id, "p1", "2")
    refused("INVALID_PARAMETER_VALUE", client.log_batch, run_id, params=[Param("q", "1"), Param("q", "2")])
    refused("INVALID_PARAMETER_VALUE", client.log_metric, run_id, "x" * 251, 1)
    refused("INVALID_PARAMETER_VALUE", client.log_param, run_id, "../up", 1)
    client.log_param(run_id, "long", "x" * 6000)
    client.set_tag(run_id, "long", "x" * 8000)
    assert "q" not in client.get_run(run_id).data.params, "half of a refused batch was kept"
    long = client.get_run(run_id).data
    assert len(long.params["long"]) == 6000 and len(long.tags["long"]) == 8000


def searches():
    experiment_id = client.create_experiment("searches")
    for nth in range(30):
        run = client.create_run(experiment_id, run_name=f"run {nth:02}", tags={"parity": "odd" if nth % 2 else "even"}, start_time=1000 + nth)
        client.log_metric(run.info.run_id, "score", nth if nth != 7 else math.nan)
        client.log_param(run.info.run_id, "Group", f"g{nth % 3}")
        client.set_terminated(run.info.run_id, "FINISHED" if nth < 20 else "KILLED", end_time=2000 + nth)

    def names(filter_string, **named):
        return [run.info.run_name[4:] for run in client.search_runs([experiment_id], filter_string, **named)]

    assert names("") == [f"{nth:02}" for nth in range(29, -1, -1)]
    assert names("metrics.score >= 27", order_by=["metrics.score"]) == ["27", "28", "29"]
    assert names("metrics.score > 24 and params.Group = 'g1'", order_by=["start_time ASC"]) == ["25", "28"]
    assert names("tags.parity = 'odd' and attributes.status = 'KILLED'") == ["29", "27", "25", "23", "21"]
    assert names("run_name LIKE 'run 1%' and tags.parity != 'odd'") == ["18", "16", "14", "12", "10"]
    assert names("run_name ILIKE 'RUN 2_' and params.Group ILIKE 'G2'") == ["29", "26", "23", "20"]
    assert names("attributes.start_time < 1003 and end_time >= 2001") == ["02", "01"]
    assert names("params.`Group` != 'g0' and metrics.score <= 2") == ["02", "01"]
    by_score = names("", order_by=["metrics.score DESC"])
    assert by_score[0] == "29" and by_score[-1] == "07", by_score  # NaN is last
    ids = [run.info.run_id for run in client.search_runs([experiment_id], "metrics.score < 2")]
    assert sorted(names(f"attributes.run_id IN ('{ids[0]}', '{ids[1]}')")) == ["00", "01"]
    pages, token = [], None
    while True:
        page = client.search_runs([experiment_id], order_by=["params.Group", "metrics.score"], max_results=7, page_token=token)
        pages.append([run.info.run_id for run in page])
        token = page.token
        if not token:
            break
    assert [len(page) for page in pages] == [7, 7, 7, 7, 2] and len({run_id for page in pages for run_id in page}) == 30
    frame = mlflow.search_runs([experiment_id], "metrics.score < 3", order_by=["metrics.score"])
    assert list(frame["metrics.score"]) == [0, 1, 2] and list(frame["params.Group"]) == ["g0", "g1", "g2"]
    for wrong in ["metrics.score ~ 1", "params.Group > 'a'", "nothing.x = 1", "metrics.score = 'text'", "status = 'x' or status = 'y'"]:
        refused("INVALID_PARAMETER_VALUE", client.search_runs, [experiment_id], wrong)


def artifacts():
    mlflow.set_experiment("artifacts")
    with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
        mlflow.log_text("héllo", "texts/a.txt")
        mlflow.log_dict({"a": [1, 2]}, "dict.json")
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3])
        mlflow.log_figure(figure, "plots/line.png")
        mlflow.log_image(np.zeros((8, 8, 3), dtype=np.uint8), "black.png")
        mlflow.log_image(Image.new("RGB", (4, 4)), key="frames", step=2)
        mlflow.log_table({"x": [1, 2], "y": ["a", "b"]}, "table.json")
        mlflow.log_table(pd.DataFrame({"x": [3], "y": ["c"]}), "table.json")
        deep = Path(folder, "tree", "deep er")
        deep.mkdir(parents=True)
        (deep / "ü.bin").write_bytes(bytes(range(256)) * 5000)
        (deep / "empty").write_bytes(b"")
        mlflow.log_artifacts(str(Path(folder, "tree")), "tree")
    run_id = run.info.run_id
    top = {info.path: info.is_dir for info in client.list_artifacts(run_id)}
    assert top == {"texts": True, "dict.json": False, "plots": True, "black.png": False, "images": True, "table.json": False, "tree": True}, top
    sizes = {info.path: info.file_size or 0 for info in client.list_artifacts(run_id, "tree/deep er")}
    assert sizes == {"tree/deep er/ü.bin": 1_280_000, "tree/deep er/empty": 0}, sizes
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/texts/a.txt") == "héllo"
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/dict.json") == {"a": [1, 2]}
    assert mlflow.artifacts.load_image(f"runs:/{run_id}/black.png").size == (8, 8)
    assert list(mlflow.load_table("table.json", run_ids=[run_id])["x"]) == [1, 2, 3]
    with tempfile.TemporaryDirectory() as folder:
        back = Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="tree", dst_path=folder))
        assert (back / "deep er" / "ü.bin").read_bytes() == bytes(range(256)) * 5000
        assert (back / "deep er" / "empty").read_bytes() == b""
    assert client.list_artifacts(run_id, "nowhere") == []


def datasets():
    experiment = mlflow.set_experiment("datasets")
    frame = pd.DataFrame({"x": [1.0, 2.0], "y": [0, 1]})
    dataset = mlflow.data.from_pandas(frame, name="iris", targets="y")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training", tags={"split": "a"})
        mlflow.log_input(dataset, context="training")  # once more: still one input
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert len(inputs) == 1, inputs
    assert (inputs[0].dataset.name, inputs[0].dataset.digest) == ("iris", dataset.digest)
    assert {tag.key: tag.value for tag in inputs[0].tags}["mlflow.data.context"] == "training"
    assert json.loads(inputs[0].dataset.profile)["num_rows"] == 2
    found = client.search_runs([experiment.experiment_id], "datasets.name = 'iris' and dataset.context = 'training'")
    assert [one.info.run_id for one in found] == [run.info.run_id]
    assert client.search_runs([experiment.experiment_id], "datasets.name = 'other'") == []


def deletions():
    experiment_id = client.create_experiment("deletions", tags={"a": "1"})
    run_id = client.create_run(experiment_id).info.run_id
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert client.search_runs([experiment_id]) == []
    assert len(client.search_runs([experiment_id], run_view_type=ViewType.DELETED_ONLY)) == 1
    refused("INVALID_PARAMETER_VALUE", client.log_metric, run_id, "late", 1)
    client.restore_run(run_id)
    client.log_metric(run_id, "late", 1)
    client.update_run(run_id, status="FAILED", name="renamed")
    run = client.get_run(run_id)
    assert (run.info.status, run.info.run_name, run.data.tags["mlflow.runName"]) == ("FAILED", "renamed", "renamed")
    client.delete_experiment(experiment_id)
    assert client.get_experiment(experiment_id).lifecycle_stage == "deleted"
    assert client.search_experiments(filter_string="name = 'deletions'") == []
    assert len(client.search_experiments(ViewType.ALL, filter_string="tags.a = '1'")) == 1
    client.restore_experiment(experiment_id)
    client.rename_experiment(experiment_id, "deletions, renamed")
    assert client.get_experiment_by_name("deletions") is None
    assert client.get_experiment_by_name("deletions, renamed").experiment_id == experiment_id
    refused("RESOURCE_DOES_NOT_EXIST", client.get_run, "0" * 32)
    refused("RESOURCE_DOES_NOT_EXIST", client.get_experiment, "999999")
    refused("RESOURCE_DOES_NOT_EXIST", client.log_metric, "0" * 32, "x", 1)


failed = []
for scenario in (fluent_runs, batches_and_limits, searches, artifacts, datasets, deletions):
    try:
        scenario()
        print(f"{scenario.__name__}: well")
    except Exception:
        failed.append(scenario.__name__)
        traceback.print_exc()
print(f"failed: {', '.join(failed)}" if failed else "all well")
sys.exit(len(failed))
