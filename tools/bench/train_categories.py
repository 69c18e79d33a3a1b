"""Trains models of 100 trees over three columns of categories beside six of numbers, logged as MLflow logs them, into a folder."""

import json
import sys
import warnings
from pathlib import Path

import catboost
import lightgbm
import mlflow
import numpy as np
import pandas as pd
import xgboost
from mlflow.models import infer_signature
from sklearn import compose, ensemble, pipeline, preprocessing

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
rng = np.random.default_rng(3)
ROWS, NUMBERS, CATEGORIES = 2000, list("abcdef"), ["town", "kind", "code"]
texts = pd.DataFrame(rng.normal(size=(ROWS, 6)), columns=NUMBERS).assign(
    town=[f"town {at}" for at in (40 * rng.random(ROWS) ** 2).astype(int)],
    kind=rng.choice(["plain", "striped", "dotted"], ROWS),
    code=[f"{at:03}" for at in rng.integers(0, 15, ROWS)],
)
codes = texts.assign(**{name: texts[name].astype("category").cat.codes.astype(float) for name in CATEGORIES})
known = (texts["a"] + (codes["town"] % 5 - 2) * (texts["kind"] == "plain") + 0.3 * (codes["code"] % 3) + 0.3 * rng.normal(size=ROWS) > 0.2).astype(int)


def kept(rows):
    return {"pip_requirements": [], "signature": infer_signature(rows, known.to_numpy())}


def sklearn(name, step, last, rows=texts):
    columns = compose.make_column_transformer((step, CATEGORIES), remainder="passthrough") if step else "passthrough"
    model = pipeline.make_pipeline(columns, last).fit(rows, known)
    trees = ["sklearn.tree._tree.Tree", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
    mlflow.sklearn.save_model(model, folder / name, skops_trusted_types=trees, **kept(rows))


forest = lambda: ensemble.RandomForestClassifier(100, random_state=0, max_depth=8)
sklearn("numbers", None, forest(), codes)
sklearn("onehot", preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False), forest())
ordinal = preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
sklearn("ordinal", ordinal, ensemble.HistGradientBoostingClassifier(max_iter=100))

model = lightgbm.train(
    {"objective": "binary", "verbose": -1, "min_data_per_group": 5}, lightgbm.Dataset(codes, known, categorical_feature=CATEGORIES), 100
)
mlflow.lightgbm.save_model(model, folder / "lightgbm", **kept(codes))
kinds = ["float"] * 6 + ["c"] * 3
model = xgboost.train(
    {"objective": "binary:logistic", "max_cat_to_onehot": 4}, xgboost.DMatrix(codes, known, feature_types=kinds, enable_categorical=True), 100
)
mlflow.xgboost.save_model(model, folder / "xgboost", **kept(codes))
few = dict(iterations=100, depth=6, verbose=0, allow_writing_files=False, random_seed=0, cat_features=CATEGORIES)
for name, more in {"catboost": {}, "catboost-onehot": {"one_hot_max_size": 255}, "catboost-numbers": {"cat_features": []}}.items():
    rows = codes if name == "catboost-numbers" else texts
    model = catboost.CatBoostClassifier(**{**few, **more}).fit(rows, known)
    mlflow.catboost.save_model(model, folder / name, **kept(rows))

for name, rows in {"texts": texts, "codes": codes}.items():
    (folder / f"{name}.json").write_text(json.dumps({"columns": list(rows.columns), "data": rows.head(500).to_numpy().tolist()}))
