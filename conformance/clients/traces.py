"""Traces as people use them: traced functions, spans by two experiments, tags, feedback, searches. Ends with "all well"."""

import mlflow
from mlflow.entities.trace_location import MlflowExperimentLocation

active = mlflow.set_experiment("active").experiment_id
elsewhere = mlflow.create_experiment("elsewhere")


def names(experiment_id, filter_string=None):
    mlflow.flush_trace_async_logging()
    found = mlflow.search_traces(locations=[experiment_id], filter_string=filter_string, return_type="list")
    return sorted(trace.info.tags["mlflow.traceName"] for trace in found)


@mlflow.trace(span_type="LLM")
def answer(question):
    mlflow.update_current_trace(tags={"team": "risk"}, metadata={"shop": "a"})
    return question + "!"


@mlflow.trace(trace_destination=MlflowExperimentLocation(elsewhere))
def sent_elsewhere():
    with mlflow.start_span(name="child"):
        return 1


@mlflow.trace
def fails():
    raise ValueError("on purpose")


# A trace is got whole: what was said of it, and its spans.
answer("why")
trace_id = mlflow.get_last_active_trace_id()
mlflow.flush_trace_async_logging()
trace = mlflow.get_trace(trace_id)
assert trace is not None, "mlflow.get_trace gave nothing"
assert trace.info.tags["team"] == "risk" and trace.info.trace_metadata["shop"] == "a"
[span] = trace.data.spans
assert (span.name, span.span_type, span.inputs, span.outputs) == ("answer", "LLM", {"question": "why"}, "why!")

# The client sends the child to the active experiment and the trace to the destination: it is there, with both spans.
sent_elsewhere()
assert names(elsewhere) == ["sent_elsewhere"] and names(active) == ["answer"]
[moved] = mlflow.search_traces(locations=[elsewhere], return_type="list")
assert sorted(span.name for span in moved.data.spans) == ["child", "sent_elsewhere"]

try:
    fails()
except ValueError:
    pass
assert names(active, "status = 'ERROR'") == ["fails"]
assert names(active, "tags.team = 'risk' AND metadata.shop = 'a'") == ["answer"]

# Feedback that was overridden is kept, and no longer found.
first = mlflow.log_feedback(trace_id=trace_id, name="good", value=True)
mlflow.override_feedback(trace_id=trace_id, assessment_id=first.assessment_id, value=False)
assert names(active, "feedback.good = 'false'") == ["answer"]
assert names(active, "feedback.good = 'true'") == []
assert len(mlflow.get_trace(trace_id).info.assessments) == 2

mlflow.set_trace_tag(trace_id, "team", "sales")
assert names(active, "tags.team = 'sales'") == ["answer"]
mlflow.MlflowClient().delete_traces(active, trace_ids=[trace_id])
assert names(active) == ["fails"]
print("all well")
