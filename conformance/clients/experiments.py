"""An unmodified MLflow client makes an experiment and reads it back."""

import mlflow
from mlflow.exceptions import MlflowException

client = mlflow.MlflowClient()
experiment_id = client.create_experiment("first", tags={"team": "risk"})
experiment = client.get_experiment(experiment_id)
assert experiment.name == "first", experiment
assert experiment.tags == {"team": "risk"}, experiment.tags
assert experiment.lifecycle_stage == "active"
try:
    client.create_experiment("first")
except MlflowException as error:
    assert error.error_code == "RESOURCE_ALREADY_EXISTS", error
else:
    raise AssertionError("the name was taken twice")
print("all well")
