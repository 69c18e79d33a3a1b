"""MLflow's own client before protected aliases: the two people are told by their names and one password."""

import os
import pickle
import sys
import tempfile
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

artifacts = Path(sys.argv[1])


def sign_in(name):
    os.environ["MLFLOW_TRACKING_USERNAME"] = name
    return MlflowClient()


def refused(what, *words):
    try:
        what()
    except MlflowException as error:
        assert error.error_code == "PERMISSION_DENIED", error
        for word in words:
            assert word in str(error), (word, str(error))
        return str(error)
    raise AssertionError("it was not refused")


def register(client, content):
    run = client.create_run("0")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "MLmodel").write_text("flavors: {}\n")
        Path(folder, "model.pkl").write_bytes(content)
        client.log_artifacts(run.info.run_id, folder, "model")
    made = client.create_model_version("churn", f"runs:/{run.info.run_id}/model", run.info.run_id)
    # Where the files take longer than a second, the client has waited for their end and gives back the answer from before it.
    return client.get_model_version("churn", made.version)


class Hostile:
    def __reduce__(self):
        return os.system, ("true",)


def approve(name, message):
    request = message.split("Request ")[1].split()[0]
    client = sign_in(name)
    host = client._tracking_client.store.get_host_creds()
    from mlflow.utils.rest_utils import http_request

    path = f"/api/2.0/millrace/promotions/requests/{request}/approve"
    return http_request(host, path, "POST", json={"reason": "looks good"})


alice = sign_in("alice")
alice.create_registered_model("churn")
one = register(alice, pickle.dumps({"weights": [1, 2, 3]}))
assert one.status == "READY", one
two = register(alice, pickle.dumps({"weights": [4, 5, 6]}))
for version in (one, two):
    message = refused(lambda: alice.set_registered_model_alias("churn", "champion", version.version), "approval")
    assert approve("alice", message).status_code == 403
    assert approve("bob", message).status_code == 200
    alice = sign_in("alice")
    alice.set_registered_model_alias("churn", "champion", version.version)
assert alice.get_model_version_by_alias("churn", "champion").version == two.version
tags = alice.get_model_version("churn", two.version).tags
assert tags["millrace.approval"] == "approved for alias 'champion' by bob", tags
refused(lambda: alice.transition_model_version_stage("churn", two.version, "Production"), "stage 'Production'", "approval")
copy = alice.copy_model_version(f"models:/churn/{two.version}", "churn-copy")
refused(lambda: alice.set_registered_model_alias("churn-copy", "champion", copy.version), "approval")

from mlflow.utils.rest_utils import http_request

host = alice._tracking_client.store.get_host_creds()
body = {"name": "churn", "alias": "champion", "reason": "latency"}
answer = http_request(host, "/api/2.0/millrace/promotions/rollback", "POST", json=body)
assert answer.status_code == 200, answer.text
assert alice.get_model_version_by_alias("churn", "champion").version == one.version

mlflow.artifacts.download_artifacts("models:/churn@champion")
[file] = [path for path in artifacts.rglob("model.pkl") if one.run_id in str(path)]
file.write_bytes(pickle.dumps({"weights": [9, 9, 9]}))
refused(lambda: mlflow.artifacts.download_artifacts("models:/churn@champion"), "model.pkl")

try:
    hostile = register(alice, pickle.dumps(Hostile()))
    raise AssertionError(f"{hostile.status} {alice.get_model_version('churn', hostile.version).status_message}")
except MlflowException as error:
    assert "system" in str(error), error
refused(lambda: alice.set_registered_model_alias("churn", "champion", "3"))
print("all well")
