"""MLflow's client in two workspaces of one server: what it makes in one is not there in the other."""

import os
import tempfile

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException


def refused(code, call):
    try:
        call()
    except MlflowException as error:
        assert error.error_code == code, (error.error_code, error.message)
    else:
        raise AssertionError(f"expected {code}")


mlflow.create_workspace("team-a", description="A")
mlflow.create_workspace("team-b")
refused("RESOURCE_ALREADY_EXISTS", lambda: mlflow.create_workspace("team-a"))
assert [one.name for one in mlflow.list_workspaces()] == ["default", "team-a", "team-b"]
assert mlflow.get_workspace("team-a").description == "A"
assert mlflow.update_workspace("team-a", description="ours").description == "ours"

made = {}
for team in ["team-a", "team-b"]:
    mlflow.set_workspace(team)
    experiment = mlflow.set_experiment("fraud")
    assert f"/workspaces/{team}/" in experiment.artifact_location, experiment.artifact_location
    with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
        mlflow.log_param("team", team)
        mlflow.log_metric("loss", 0.5)
        path = os.path.join(folder, "note.txt")
        with open(path, "w") as file:
            file.write(team)
        mlflow.log_artifact(path)
    MlflowClient().create_registered_model("model")
    MlflowClient().create_model_version("model", f"runs:/{run.info.run_id}/note.txt", run.info.run_id)
    mlflow.genai.register_prompt(name="prompt", template=f"of {team}")
    made[team] = (experiment.experiment_id, run.info.run_id)

for team, other in [("team-a", "team-b"), ("team-b", "team-a")]:
    mlflow.set_workspace(team)
    client = MlflowClient()
    assert [one.name for one in client.search_experiments()] == ["fraud"]
    runs = client.search_runs([made["team-a"][0], made["team-b"][0]])
    assert [one.info.run_id for one in runs] == [made[team][1]]
    with open(mlflow.artifacts.download_artifacts(run_id=made[team][1], artifact_path="note.txt")) as file:
        assert file.read() == team
    assert [one.name for one in client.search_registered_models()] == ["model"]
    assert client.get_model_version("model", "1").run_id == made[team][1]
    assert mlflow.genai.load_prompt("prompts:/prompt/1").template == f"of {team}"
    experiment_id, run_id = made[other]
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_run(run_id))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_experiment(experiment_id))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.log_metric(run_id, "loss", 1))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_experiment(experiment_id))

mlflow.set_workspace(None)
assert [one.name for one in MlflowClient().search_experiments()] == ["Default"]
refused("RESOURCE_CONFLICT", lambda: mlflow.delete_workspace("team-a"))
mlflow.delete_workspace("team-a", mode="CASCADE")
assert [one.name for one in mlflow.list_workspaces()] == ["default", "team-b"]
print("all well")
