"""MLflow's own client registers a model of scikit-learn's, and a folder that looks the same with a pickle that is told by its path."""

import sys
import tempfile
import time
from pathlib import Path

import mlflow
import numpy as np
from mlflow.exceptions import MlflowException
from sklearn.linear_model import LogisticRegression

hostile = Path(sys.argv[1])
client = mlflow.MlflowClient()

with mlflow.start_run():
    X = np.arange(12.0).reshape(6, 2)
    fine = mlflow.sklearn.log_model(
        LogisticRegression().fit(X, [0, 0, 0, 1, 1, 1]), name="fine", serialization_format="skops", pip_requirements=["scikit-learn"]
    )
mlflow.register_model(fine.model_uri, "fine")
# What register_model gives says how the version was when it was made: before a long wait, too.
version = client.get_model_version("fine", "1")
assert version.status == "READY" and version.tags["millrace.scan"] == "clean", version
assert mlflow.sklearn.load_model("models:/fine/1").predict([[10.0, 11.0]]) == [1]


def refused(registered, artifact_path, content):
    """Registers `content` as the model's pickle, which must fail with what was found; gives what the exception says."""
    with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
        Path(folder, "MLmodel").write_text("flavors:\n  sklearn:\n    pickled_model: model.pkl\n    serialization_format: pickle\n")
        Path(folder, "model.pkl").write_bytes(content)
        mlflow.log_artifacts(folder, artifact_path)
    try:
        mlflow.register_model(f"runs:/{run.info.run_id}/{artifact_path}", registered)
    except MlflowException as error:
        return str(error)
    raise AssertionError(f"{registered} was registered")


said = refused("evil", "model", hostile.read_bytes())
for word in ("model.pkl", "pickle/dangerous-import", "posix system", "malicious"):
    assert word in said, (word, said)
[failed] = client.search_model_versions("name='evil'")
assert failed.status == "FAILED_REGISTRATION", failed
assert "pickle/dangerous-import" in failed.status_message, failed
assert failed.tags["millrace.scan"] == "malicious", failed.tags
try:
    mlflow.artifacts.download_artifacts("models:/evil/1")
    raise AssertionError("the malicious version was handed out")
except MlflowException as error:
    assert error.error_code == "PERMISSION_DENIED", error

with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
    Path(folder, "MLmodel").write_text("flavors: {}\n")
    np.save(Path(folder, "weights.npy"), np.random.default_rng(7).random(100_000_000 // 8))
    mlflow.log_artifacts(folder, "big")
began = time.perf_counter()
mlflow.register_model(f"runs:/{run.info.run_id}/big", "big")
print(f"100 MB were ready after {time.perf_counter() - began:.2f} s")
assert client.get_model_version("big", "1").status == "READY"
print("all well")
