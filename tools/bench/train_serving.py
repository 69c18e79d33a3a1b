"""Trains what `npm run bench:serving` serves, logged as MLflow logs it, into a folder: a forest (skops, and joblib for MLServer), XGBoost, ONNX."""

import json
import sys
import warnings
from pathlib import Path

import joblib
import mlflow
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from xgboost import XGBClassifier

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
rows, kinds = load_breast_cancer(return_X_y=True, as_frame=True)
forest = RandomForestClassifier(100, random_state=0).fit(rows, kinds)
boosted = XGBClassifier(n_estimators=500, random_state=0).fit(rows, kinds)
kept = {"pip_requirements": [], "signature": infer_signature(rows, forest.predict(rows))}
mlflow.sklearn.save_model(
    forest, folder / "forest", input_example=rows.head(2), skops_trusted_types=["sklearn.tree._tree.Tree"], **kept
)
mlflow.xgboost.save_model(boosted, folder / "xgboost", **kept)
(folder / "mlserver").mkdir()
joblib.dump(forest, folder / "mlserver" / "model.joblib")
# The names of the columns are no names of ONNX: it is one matrix.
matrix = rows.to_numpy().astype("float32")
graph = to_onnx(RandomForestClassifier(100, random_state=0).fit(matrix, kinds), matrix[:1], options={"zipmap": False})
onnx_signature = infer_signature(matrix, kinds.to_numpy())
mlflow.onnx.save_model(graph, folder / "onnx", pip_requirements=[], signature=onnx_signature)
(folder / "rows.json").write_text(json.dumps({"columns": list(rows.columns), "data": rows.to_numpy().tolist()}))
(folder / "predictions.json").write_text(json.dumps(forest.predict(rows).tolist()))
rows.to_csv(folder / "rows.csv", index=False)
