"""mlflow.genai.scorers: judges are registered in versions, listed, read, switched on and off, and deleted."""

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.genai.judges import make_judge
from mlflow.genai.scorers import Guidelines, ScorerSamplingConfig, delete_scorer, get_scorer, list_scorers
from mlflow.genai.scorers.registry import list_scorer_versions

experiment_id = mlflow.set_experiment("judged").experiment_id


def polite(instructions: str):
    return make_judge(name="polite", instructions=instructions, model="gateway:/chat", feedback_value_type=bool)


first = polite("Is {{ outputs }} polite?").register(name="polite")
polite("Is {{ outputs }} very polite?").register(name="polite")
Guidelines(name="english", guidelines="Answers are English.", model="openai:/gpt-5").register()
assert [one.name for one in list_scorers()] == ["english", "polite"], list_scorers()
assert get_scorer(name="polite").instructions == "Is {{ outputs }} very polite?"
assert get_scorer(name="polite", version=1).instructions == "Is {{ outputs }} polite?"
assert [version for _, version in list_scorer_versions(name="polite")] == [1, 2], list_scorer_versions(name="polite")
assert get_scorer(name="english").guidelines == "Answers are English."

started = get_scorer(name="polite").start(sampling_config=ScorerSamplingConfig(sample_rate=0.5))
assert started.sample_rate == 0.5, started
assert get_scorer(name="polite").sample_rate == 0.5
assert get_scorer(name="polite").stop().sample_rate == 0

try:
    get_scorer(name="english").start(sampling_config=ScorerSamplingConfig(sample_rate=0.5))
    raise AssertionError("a scorer without a gateway model was switched on")
except MlflowException as error:
    assert "does not use a gateway model" in str(error), error

delete_scorer(name="polite", version=1)
assert [version for _, version in list_scorer_versions(name="polite")] == [2]
delete_scorer(name="polite", version="all")
delete_scorer(name="english", version="all")
assert list_scorers() == []
try:
    get_scorer(name="polite")
    raise AssertionError("a deleted scorer was found")
except MlflowException as error:
    assert error.error_code == "RESOURCE_DOES_NOT_EXIST", error.error_code
print("all well")
