"""An unmodified MLflow client logs and registers scikit-learn models, and prints what Python predicts for the rows that it prints too."""

import json
import warnings

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")
client = mlflow.MlflowClient()
numbers = np.random.default_rng(7)
rows = pd.DataFrame(numbers.normal(size=(200, 4)), columns=["age", "income", "visits", "score"])
rows["visits"] = numbers.integers(0, 50, size=200)
kinds = np.where(rows["age"] + rows["score"] > 0, "stays", "leaves")
flags = (rows["income"] > 0).astype(int)


def version_of(model, alias=None, **options):
    with mlflow.start_run():
        signature = infer_signature(rows, model.predict(rows))
        logged = mlflow.sklearn.log_model(
            model, name="churn", signature=signature, input_example=rows.head(3), registered_model_name="churn", **options
        )
    if alias:
        client.set_registered_model_alias("churn", alias, logged.registered_model_version)
    return mlflow.pyfunc.load_model(logged.model_uri).predict(rows).tolist()


forest = RandomForestClassifier(20, random_state=0).fit(rows, kinds)
line = LogisticRegression(max_iter=1000).fit(rows, flags)
told = {
    "rows": rows.to_dict(orient="split"),
    "forest": version_of(forest, alias="champion", skops_trusted_types=["sklearn.tree._tree.Tree"]),
    "line": version_of(line),
    "pickled": len(version_of(line, serialization_format="cloudpickle")),
}
print("TOLD " + json.dumps(told))
