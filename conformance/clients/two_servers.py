"""Two servers over one database and one artifact folder: what one took, the other gives, at once and page by page."""

import os
import threading

import mlflow
from mlflow.entities import Metric, ViewType
from mlflow.exceptions import MlflowException

one = mlflow.MlflowClient(os.environ["FIRST"])
other = mlflow.MlflowClient(os.environ["SECOND"])


def written_to_one_read_from_the_other():
    experiment_id = one.create_experiment("shared")
    run_id = other.create_run(experiment_id).info.run_id
    one.log_metric(run_id, "loss", 0.5, step=1)
    other.log_metric(run_id, "loss", 0.25, step=2)
    one.log_param(run_id, "depth", 3)
    other.set_tag(run_id, "kind", "forest")
    for client in (one, other):
        data = client.get_run(run_id).data
        assert data.metrics == {"loss": 0.25} and data.params == {"depth": "3"} and data.tags["kind"] == "forest", data
        assert [point.value for point in client.get_metric_history(run_id, "loss")] == [0.5, 0.25]
    one.log_text(run_id, "héllo", "texts/a.txt")
    assert [info.path for info in other.list_artifacts(run_id, "texts")] == ["texts/a.txt"]
    one.delete_run(run_id)
    assert other.get_run(run_id).info.lifecycle_stage == "deleted"
    try:
        other.log_metric(run_id, "late", 1)
    except MlflowException as error:
        assert error.error_code == "INVALID_PARAMETER_VALUE", error
    else:
        raise AssertionError("a deleted run took a metric")
    one.delete_experiment(experiment_id)
    assert other.get_experiment(experiment_id).lifecycle_stage == "deleted"
    other.restore_experiment(experiment_id)
    assert one.search_runs([experiment_id], run_view_type=ViewType.ALL)[0].info.run_id == run_id


def page_tokens_of_one_on_the_other():
    experiment_id = other.create_experiment("pages")
    made = {one.create_run(experiment_id, start_time=nth).info.run_id for nth in range(10)}
    seen, token, clients = [], None, (one, other)
    while True:
        page = clients[len(seen) % 2].search_runs([experiment_id], max_results=3, page_token=token)
        seen += [run.info.run_id for run in page]
        token = page.token
        if not token:
            break
    assert len(seen) == 10 and set(seen) == made, seen
    names, token = [], None
    for turn in range(10):
        page = clients[turn % 2].search_experiments(max_results=1, page_token=token)
        names += [experiment.name for experiment in page]
        token = page.token
        if not token:
            break
    assert {"pages", "shared"} <= set(names) and len(names) == len(set(names)), names


def both_write_at_once():
    experiment_id = one.create_experiment("race")
    run_id = one.create_run(experiment_id).info.run_id
    errors = []

    def write(client, first):
        try:
            for nth in range(20):
                metrics = [Metric("m", nth * 50 + step, 1000 + step, first + nth * 50 + step) for step in range(50)]
                client.log_batch(run_id, metrics=metrics)
                client.set_tag(run_id, "last", str(nth))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(client, at * 1000)) for at, client in enumerate((one, other, one, other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [], errors
    assert len(one.get_metric_history(run_id, "m")) == 4000
    assert other.get_run(run_id).data.metrics["m"] == 999, "the latest metric is the one of the highest step"
    made, names = [], []

    def create(client):
        try:
            made.append(client.create_experiment("one name"))
        except MlflowException as error:
            names.append(error.error_code)

    threads = [threading.Thread(target=create, args=(client,)) for client in (one, other) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and names == ["RESOURCE_ALREADY_EXISTS"] * 7, (made, names)


written_to_one_read_from_the_other()
page_tokens_of_one_on_the_other()
both_write_at_once()
print("all well")
