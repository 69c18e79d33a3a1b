"""
Logs models of many kinds with MLflow's own flavors, into the folder that is given: what a scanner must find nothing in. With `by-turns`
each model of scikit-learn's is in one of its two formats, which takes half the time.
"""

import json
import logging
import os
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
folder = sys.argv[1]
by_turns = "by-turns" in sys.argv[2:]
os.makedirs(folder, exist_ok=True)
os.environ["MLFLOW_TRACKING_URI"] = "sqlite:///" + os.path.join(folder, "models.db")

import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris  # noqa: E402
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402
from sklearn.utils.discovery import all_estimators  # noqa: E402

X, y = load_iris(return_X_y=True)
B, b = load_breast_cancer(return_X_y=True)
D, d = load_diabetes(return_X_y=True)
failed = {}


def save(name, flavor, model, **told):
    try:
        # Named here: to find requirements out, MLflow loads each model in another process, for seconds.
        flavor.save_model(model, os.path.join(folder, name), pip_requirements=["scikit-learn==1.9.1"], **told)
    except Exception as error:  # a flavor that can't save this model says nothing of the scanner
        failed[name] = str(error)[:200]


CLASSIFIERS = """LogisticRegression RidgeClassifier SGDClassifier Perceptron LinearSVC SVC NuSVC GaussianNB BernoulliNB KNeighborsClassifier
NearestCentroid DecisionTreeClassifier ExtraTreeClassifier RandomForestClassifier ExtraTreesClassifier GradientBoostingClassifier
HistGradientBoostingClassifier AdaBoostClassifier BaggingClassifier MLPClassifier LinearDiscriminantAnalysis
QuadraticDiscriminantAnalysis GaussianProcessClassifier DummyClassifier CalibratedClassifierCV LabelPropagation""".split()
REGRESSORS = """LinearRegression Ridge Lasso ElasticNet BayesianRidge HuberRegressor SVR KNeighborsRegressor DecisionTreeRegressor
RandomForestRegressor GradientBoostingRegressor HistGradientBoostingRegressor MLPRegressor IsotonicRegression PLSRegression
GaussianProcessRegressor TransformedTargetRegressor PoissonRegressor QuantileRegressor""".split()
OTHERS = "KMeans MiniBatchKMeans PCA TruncatedSVD NMF IsolationForest OneClassSVM LocalOutlierFactor Birch GaussianMixture".split()
classes = dict(all_estimators())


def fitted(name):
    model = classes[name]()
    if name in CLASSIFIERS:
        return model.fit(X, y)
    if name == "IsotonicRegression":
        return model.fit(D[:, 0], d)
    return model.fit(D, np.abs(d)) if name in REGRESSORS else model.fit(np.abs(X))


def untrusted(model):
    import skops.io

    try:
        return skops.io.get_untrusted_types(data=skops.io.dumps(model))
    except skops.io.exceptions.UnsupportedTypeException:
        return []


def sklearn_models():
    models = {name: fitted(name) for name in CLASSIFIERS + REGRESSORS + OTHERS}
    texts = make_pipeline(TfidfVectorizer(), classes["LogisticRegression"]())
    models["TextPipeline"] = texts.fit(["good day", "bad day", "good night", "bad night"], [1, 0, 1, 0])
    frame = pd.DataFrame({"age": [1.0, 2.0, 3.0, 4.0], "city": list("abab")})
    columns = ColumnTransformer([("one", OneHotEncoder(), ["city"]), ("scale", StandardScaler(), ["age"])])
    models["ColumnPipeline"] = make_pipeline(columns, classes["LogisticRegression"]()).fit(frame, [0, 1, 0, 1])
    models["GridSearch"] = GridSearchCV(classes["Ridge"](), {"alpha": [0.1, 1.0]}).fit(D, d)
    for nth, (name, model) in enumerate(models.items()):
        if nth % 2 == 0 or not by_turns:
            save(f"sklearn-skops-{name}", mlflow.sklearn, model, skops_trusted_types=untrusted(model))
        if nth % 2 == 1 or not by_turns:
            save(f"sklearn-pickle-{name}", mlflow.sklearn, model, serialization_format="pickle")
    save("sklearn-cloudpickle", mlflow.sklearn, models["RandomForestClassifier"], serialization_format="cloudpickle")
    import joblib

    os.makedirs(os.path.join(folder, "joblib"), exist_ok=True)
    for level in (0, 3):
        joblib.dump(models["RandomForestClassifier"], os.path.join(folder, "joblib", f"forest-{level}.joblib"), compress=level)
    return models


def boosters():
    import lightgbm
    import xgboost

    save("xgboost-booster", mlflow.xgboost, xgboost.train({"max_depth": 2}, xgboost.DMatrix(B, b), 10))
    save("xgboost-json", mlflow.xgboost, xgboost.train({}, xgboost.DMatrix(B, b), 10), model_format="json")
    save("xgboost-classifier", mlflow.xgboost, xgboost.XGBClassifier(n_estimators=5).fit(X, y))
    save("xgboost-regressor", mlflow.xgboost, xgboost.XGBRegressor(n_estimators=5).fit(D, d))
    save("xgboost-in-sklearn", mlflow.sklearn, xgboost.XGBClassifier(n_estimators=5).fit(X, y), serialization_format="pickle")
    quiet = {"verbose": -1}
    save("lightgbm-booster", mlflow.lightgbm, lightgbm.train(quiet, lightgbm.Dataset(B, b), 10))
    save("lightgbm-classifier", mlflow.lightgbm, lightgbm.LGBMClassifier(n_estimators=5, **quiet).fit(X, y))
    save("lightgbm-pickle", mlflow.sklearn, lightgbm.LGBMRegressor(n_estimators=5, **quiet).fit(D, d), serialization_format="pickle")


def optional():
    """Whatever else is installed."""
    try:
        import onnx
        from onnx import TensorProto, helper

        graph = helper.make_graph(
            [helper.make_node("Relu", ["x"], ["y"])],
            "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 4])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 4])],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.save(model, os.path.join(folder, "model.onnx"))
    except ImportError:
        pass
    try:
        from safetensors.numpy import save_file

        save_file({"w": np.ones((4, 4), np.float32)}, os.path.join(folder, "model.safetensors"))
    except ImportError:
        pass
    try:
        import torch

        net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
        save("pytorch", mlflow.pytorch, net)
        save("pytorch-pickle", mlflow.pytorch, net, serialization_format="pickle")
        torch.save(net.state_dict(), os.path.join(folder, "state.pt"))
        torch.save(net.state_dict(), os.path.join(folder, "legacy.pt"), _use_new_zipfile_serialization=False)
    except ImportError:
        pass
    try:
        import keras

        net = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3)])
        net.save(os.path.join(folder, "model.keras"))
        net.save(os.path.join(folder, "model.h5"))
    except ImportError:
        pass


sklearn_models()
boosters()
optional()
np.savez(os.path.join(folder, "arrays.npz"), a=X, b=y)
np.savez_compressed(os.path.join(folder, "packed.npz"), a=X, b=y)
np.save(os.path.join(folder, "array.npy"), X)
print(json.dumps({"failed": failed}))
