"""MLflow's client registers models and prompts, finds them, loads them, and moves aliases. Run with MLFLOW_TRACKING_URI set."""

import json
import tempfile
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

client = MlflowClient()
mlflow.set_experiment("registry")

# Prompts: text and chat, versions, tags, aliases.
first = mlflow.genai.register_prompt("greet", "Hello {{name}}", commit_message="first", tags={"team": "a"})
assert (first.name, first.version, first.commit_message) == ("greet", 1, "first"), first
second = mlflow.genai.register_prompt("greet", [{"role": "user", "content": "Hi {{name}}"}], model_config={"temperature": 0.5})
assert second.version == 2, second
assert mlflow.genai.load_prompt("prompts:/greet/1").format(name="Ann") == "Hello Ann"
assert mlflow.genai.load_prompt("greet", version=2).format(name="Ann") == [{"role": "user", "content": "Hi Ann"}]
assert mlflow.genai.load_prompt("prompts:/greet@latest").version == 2
mlflow.genai.set_prompt_alias("greet", "live", 1)
assert mlflow.genai.load_prompt("prompts:/greet@live").version == 1
mlflow.genai.set_prompt_alias("greet", "live", 2)
assert mlflow.genai.load_prompt("prompts:/greet@live", cache_ttl_seconds=0).version == 2
mlflow.genai.delete_prompt_alias("greet", "live")
assert mlflow.genai.load_prompt("prompts:/greet@live", allow_missing=True, cache_ttl_seconds=0) is None
assert mlflow.genai.load_prompt("prompts:/nothing/1", allow_missing=True) is None
mlflow.genai.set_prompt_tag("greet", "owner", "ann")
assert mlflow.genai.get_prompt_tags("greet")["owner"] == "ann"
mlflow.genai.delete_prompt_tag("greet", "owner")
assert "owner" not in mlflow.genai.get_prompt_tags("greet")
mlflow.genai.set_prompt_version_tag("greet", 1, "checked", "yes")
assert mlflow.genai.load_prompt("prompts:/greet/1", cache_ttl_seconds=0).tags["checked"] == "yes"
mlflow.genai.delete_prompt_version_tag("greet", 1, "checked")
assert [one.name for one in mlflow.genai.search_prompts()] == ["greet"]
assert [one.name for one in mlflow.genai.search_prompts("name LIKE 'gr%'")] == ["greet"]
assert [one.name for one in mlflow.genai.search_prompts("name = 'x'")] == []

# A model is no prompt, and a prompt is no model.
client.create_registered_model("model", {"a": "b"}, "a model")
assert [one.name for one in client.search_registered_models()] == ["model"]
try:
    mlflow.genai.register_prompt("model", "text")
    raise AssertionError("a prompt took a model's name")
except MlflowException as error:
    assert "model" in str(error)

# A model from a run, a logged model and a copy; its files come back.
with mlflow.start_run() as run:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "weights.txt").write_text("1 2 3")
        mlflow.log_artifacts(folder, "m")
version = client.create_model_version("model", f"runs:/{run.info.run_id}/m", run.info.run_id, {"k": "v"}, description="d")
# The answer to the creation may say PENDING_REGISTRATION while the files are hashed and scanned; the client has waited for the end of that.
version = client.get_model_version(version.name, version.version)
assert (version.version, version.status, version.description) == ("1", "READY", "d"), version
assert version.tags == {"k": "v", "millrace.scan": "clean"}, version.tags
files = mlflow.artifacts.download_artifacts("models:/model/1")
assert Path(files, "weights.txt").read_text() == "1 2 3"
logged = client.create_logged_model(run.info.experiment_id, "logged", run.info.run_id)
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "weights.txt").write_text("4 5 6")
    client.log_model_artifacts(logged.model_id, folder)
client.finalize_logged_model(logged.model_id, "READY")
from_logged = client.create_model_version("model", f"models:/{logged.model_id}", model_id=logged.model_id)
assert (from_logged.version, from_logged.run_id) == ("2", run.info.run_id), from_logged
assert Path(mlflow.artifacts.download_artifacts("models:/model/2"), "weights.txt").read_text() == "4 5 6"
tags = client.get_logged_model(logged.model_id).tags
assert json.loads(tags["mlflow.modelVersions"]) == [{"name": "model", "version": 2}], tags
client.set_registered_model_alias("model", "champion", "2")
copy = client.copy_model_version("models:/model@champion", "promoted")
assert (copy.name, copy.version, copy.source) == ("promoted", "1", "models:/model/2"), copy
assert Path(mlflow.artifacts.download_artifacts("models:/promoted/1"), "weights.txt").read_text() == "4 5 6"
assert [one.version for one in client.search_model_versions(f"run_id = '{run.info.run_id}' AND name = 'model'", order_by=["version_number ASC"])] == ["1", "2"]

# Deleted, and gone.
client.delete_prompt_version("greet", "1")
client.delete_prompt_version("greet", "2")
client.delete_prompt("greet")
assert list(mlflow.genai.search_prompts()) == []
client.delete_registered_model("model")
assert [one.name for one in client.search_registered_models()] == ["promoted"]
assert Path(mlflow.artifacts.download_artifacts("models:/promoted/1"), "weights.txt").read_text() == "4 5 6"

print("all well")
