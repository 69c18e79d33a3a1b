"""mlflow.genai.datasets: datasets are made, filled, merged, searched, tagged, moved between experiments and deleted."""

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.genai import datasets

experiment_id = mlflow.set_experiment("evaluations").experiment_id
dataset = datasets.create_dataset(name="qa", experiment_id=experiment_id, tags={"team": "ml", "old": "1"})
assert dataset.dataset_id.startswith("d-"), dataset.dataset_id
assert dataset.experiment_ids == [experiment_id], dataset.experiment_ids

dataset.merge_records(
    [
        {"inputs": {"q": "what", "heat": 1.0, "n": 2**60}, "expectations": {"a": "x"}, "tags": {"level": "easy"}},
        {"inputs": {"q": "who \u2028 \U0001f600"}, "outputs": {"r": [1, 2.5, None, True]}},
    ]
)
dataset.merge_records(pd.DataFrame([{"inputs": {"q": "what", "heat": 1.0, "n": 2**60}, "expectations": {"b": 0.5}}]))
frame = dataset.to_df()
assert len(frame) == 2, frame
first, second = frame.iloc[0], frame.iloc[1]
assert first.inputs == {"q": "what", "heat": 1.0, "n": 2**60}, first.inputs
assert type(first.inputs["heat"]) is float and type(first.inputs["n"]) is int
assert first.expectations == {"a": "x", "b": 0.5}, first.expectations
assert first.tags["level"] == "easy" and first.source_type == "HUMAN", first
assert second.inputs == {"q": "who \u2028 \U0001f600"} and second.outputs == {"r": [1, 2.5, None, True]}, second

read = datasets.get_dataset(dataset_id=dataset.dataset_id)
assert read.profile == '{"num_records": 2}', read.profile
assert '"heat": "float"' in read.schema and '"n": "integer"' in read.schema, read.schema
assert datasets.get_dataset(name="qa").dataset_id == dataset.dataset_id

other = mlflow.create_experiment("other")
datasets.create_dataset(name="second", experiment_id=other, tags={"team": "data"})
names = [one.name for one in datasets.search_datasets(experiment_ids=[experiment_id, other], order_by=["name ASC"])]
assert names == ["qa", "second"], names
assert [one.name for one in datasets.search_datasets(filter_string="tags.team = 'data'")] == ["second"]
assert datasets.add_dataset_to_experiments(dataset_id=dataset.dataset_id, experiment_ids=[other]).experiment_ids == [experiment_id, other]
assert datasets.remove_dataset_from_experiments(dataset_id=dataset.dataset_id, experiment_ids=[other]).experiment_ids == [experiment_id]
datasets.set_dataset_tags(dataset_id=dataset.dataset_id, tags={"new": "2"})
datasets.delete_dataset_tag(dataset_id=dataset.dataset_id, key="old")
tags = datasets.get_dataset(dataset_id=dataset.dataset_id).tags
assert tags["new"] == "2" and tags["team"] == "ml" and "old" not in tags, tags

many = datasets.create_dataset(name="many", experiment_id=experiment_id)
many.merge_records([{"inputs": {"i": i}} for i in range(2500)])
assert [row["i"] for row in many.to_df().inputs] == list(range(2500))
assert dataset.delete_records([first.dataset_record_id]) == 1

datasets.delete_dataset(dataset_id=dataset.dataset_id)
try:
    datasets.get_dataset(dataset_id=dataset.dataset_id)
except MlflowException as error:
    assert error.error_code == "RESOURCE_DOES_NOT_EXIST" and "not found" in str(error), error
else:
    raise AssertionError("the dataset is still there")
print("all well")
