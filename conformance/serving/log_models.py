"""Logs models with MLflow as its users do, and writes what each predicts for rows it has not seen.

    log_models.py FOLDER [NAME...]

With names, only models whose name begins with one of them are logged.
For each model: FOLDER/NAME/ as MLflow saved it, FOLDER/NAME.json with the rows by column and the predictions.
"""

import json
import pathlib
import pickle
import sys
import warnings

import catboost
import joblib
import lightgbm
import mlflow
import numpy as np
import onnx
import pandas as pd
import skl2onnx
import xgboost
from sklearn import (
    calibration,
    cluster,
    compose,
    datasets,
    decomposition,
    discriminant_analysis,
    ensemble,
    feature_selection,
    impute,
    linear_model,
    model_selection,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    svm,
    tree,
)
from sklearn.feature_extraction import text
from skl2onnx.common import data_types

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(sys.argv[1])
ONLY = tuple(sys.argv[2:])
SEEN, ROWS = 600, 1000
rng = np.random.default_rng(7)
TREES = [
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.model_selection._split.KFold",
    "numpy.dtype",
    "collections.OrderedDict",
    "sklearn.tree._tree.Tree",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.metrics._dist_metrics.ManhattanDistance64",
    "sklearn.metrics._dist_metrics.ChebyshevDistance64",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.utils._bunch.Bunch",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
]

NUMERIC = pd.DataFrame(rng.normal(size=(SEEN + ROWS, 6)) * [1, 3, 0.1, 1, 10, 1], columns=list("abcdef"))
SCORE = NUMERIC["a"] + 0.3 * NUMERIC["b"] * NUMERIC["d"] - 5 * NUMERIC["c"] + 0.3 * rng.normal(size=SEEN + ROWS)
TARGETS = {
    "binary": (SCORE > 0).astype(int).to_numpy(),
    "three": np.digitize(SCORE, [-0.7, 0.7]),
    "words": np.array(["low", "middle", "high"])[np.digitize(SCORE, [-0.7, 0.7])],
    "number": SCORE.to_numpy(),
    "count": np.floor(np.exp(np.clip(SCORE, -2, 2))).astype(float),
}
MISSING = NUMERIC.mask(rng.random(NUMERIC.shape) < 0.08)
MIXED = MISSING.assign(
    color=rng.choice(["red", "green", "blue"], SEEN + ROWS), size=rng.choice(["s", "m", "l", "xl"], SEEN + ROWS)
)
CODES = NUMERIC.assign(f=rng.integers(0, 20, SEEN + ROWS).astype(float))
CODES["f"] = CODES["f"].where(rng.random(SEEN + ROWS) > 0.05)
COUNTS = NUMERIC.abs().round(2)
WORDS = np.array("red Green blue sky day grass and the a of night-time snow_white it's über 42 3.5 tree leaf water fire".split())
TEXTS = pd.DataFrame({"text": [" ".join(rng.choice(WORDS, 1 + row % 9)) for row in range(SEEN + ROWS)], "a": NUMERIC["a"]})
CATEGORIES = pd.DataFrame({name: np.digitize(NUMERIC[name], [-1, 0, 1]) for name in "abd"})
TOWNS = MISSING.assign(
    town=[f"town {at}" for at in (40 * rng.random(SEEN + ROWS) ** 2).astype(int)],
    kind=rng.choice(["plain", "grün", "a kind whose name is longer than others are"], SEEN + ROWS),
    code=rng.integers(-3, 12, SEEN + ROWS),
)
TARGETS["sale"] = (TOWNS["town"].str[5:].astype(int) % 5 * (TOWNS["kind"] == "grün") + (TOWNS["code"] % 3) * (NUMERIC["a"] > 0)).to_numpy(float)
TOWNS.iloc[-200:, TOWNS.columns.get_loc("town")] = "nowhere that was seen"
FRAMES = {"towns": TOWNS, "texts": TEXTS, "categories": CATEGORIES, "numeric": NUMERIC, "missing": MISSING, "mixed": MIXED, "codes": CODES, "positive": COUNTS}
IRIS, DIGITS = datasets.load_iris(return_X_y=True), datasets.load_digits(return_X_y=True)
GRID = np.random.default_rng(5).integers(0, 4, (500, 3)).astype(float)
# Rows of which many are equally far from one another: how many of them are for fitting, and the classes of all.
TIED = {
    "iris": (np.concatenate([IRIS[0], IRIS[0]]), 150, np.tile(IRIS[1], 2)),
    "digits": (DIGITS[0], 797, DIGITS[1]),
    "grid": (GRID, 200, (7 * GRID[:, 0] + 3 * GRID[:, 1] * GRID[:, 2]).astype(int) % 9),
}
FRAMES |= {name: pd.DataFrame(rows, columns=[f"x{at}" for at in range(rows.shape[1])]) for name, (rows, _, _) in TIED.items()}


def plain(values):
    """Values as JSON; a missing one is null."""
    values = np.asarray(values)
    if values.dtype.kind == "f":
        return [None if np.isnan(value) else float(value) for value in values.ravel()]
    return values.ravel().tolist()


def keep(name, log, model, data, target, proba=None):
    """Saves a model, loads it again with MLflow, and writes what it predicts."""
    if ONLY and not name.startswith(ONLY):
        return
    rows = FRAMES[data].iloc[TIED[data][1] if data in TIED else SEEN :]
    # What a model needs is told, so that MLflow does not import everything in a process of its own to find out.
    log(model, FOLDER / name, pip_requirements=["scikit-learn"])
    loaded = mlflow.pyfunc.load_model(str(FOLDER / name))
    predicted = np.asarray(loaded.predict(rows))
    shares = None if proba is None else np.asarray(proba(rows))
    (FOLDER / f"{name}.json").write_text(
        json.dumps(
            {
                "name": name,
                "data": data,
                "target": target,
                "single": str(predicted.dtype) == "float32" or (shares is not None and str(shares.dtype) == "float32"),
                "columns": {column: plain(rows[column]) for column in rows},
                "predict": plain(predicted),
                "proba": None if shares is None else plain(shares),
            }
        )
    )


def save_sklearn(model, path, **options):
    mlflow.sklearn.save_model(model, path, skops_trusted_types=TREES, **options)


def fit(name, model, data, target):
    if ONLY and not name.startswith(ONLY):
        return
    model.fit(FRAMES[data].iloc[:SEEN], TARGETS[target][:SEEN])
    keep(f"{name}-{target}-{data}", save_sklearn, model, data, target, getattr(model, "predict_proba", None))


def sklearn_models():
    """Estimators, each with what it is tried on."""
    classes, numbers = ["binary", "three", "words"], ["number"]
    few = dict(n_estimators=20, random_state=0)
    scaled = lambda model: pipeline.make_pipeline(preprocessing.StandardScaler(), model)
    yield "LogisticRegression", lambda: linear_model.LogisticRegression(max_iter=500), classes, ["numeric"]
    yield "SGDClassifier", lambda: linear_model.SGDClassifier(random_state=0), classes, ["numeric"]
    yield "SGDClassifier-log", lambda: linear_model.SGDClassifier(loss="log_loss", random_state=0), classes, ["numeric"]
    yield "SGDClassifier-huber", lambda: linear_model.SGDClassifier(loss="modified_huber", random_state=0), classes, ["numeric"]
    yield "RidgeClassifier", linear_model.RidgeClassifier, classes, ["numeric"]
    yield "LinearSVC", lambda: svm.LinearSVC(random_state=0), classes, ["numeric"]
    yield "Perceptron", linear_model.Perceptron, classes, ["numeric"]
    for kind in ["LinearRegression", "Ridge", "Lasso", "ElasticNet", "BayesianRidge", "HuberRegressor"]:
        yield kind, getattr(linear_model, kind), numbers, ["numeric"]
    yield "SGDRegressor", lambda: scaled(linear_model.SGDRegressor(random_state=0)), numbers, ["numeric"]
    yield "LinearSVR", lambda: svm.LinearSVR(random_state=0), numbers, ["numeric"]
    yield "PoissonRegressor", linear_model.PoissonRegressor, ["count"], ["numeric"]
    yield "TweedieRegressor", lambda: linear_model.TweedieRegressor(power=1.5), ["count"], ["numeric"]
    for kind, of in [("DecisionTree", tree), ("RandomForest", ensemble), ("ExtraTrees", ensemble)]:
        options = dict(random_state=0) if of is tree else few
        yield f"{kind}Classifier", lambda of=of, kind=kind, options=options: getattr(of, f"{kind}Classifier")(**options), classes, ["numeric", "missing"]
        yield f"{kind}Regressor", lambda of=of, kind=kind, options=options: getattr(of, f"{kind}Regressor")(**options), numbers, ["numeric", "missing"]
    yield "GradientBoostingClassifier", lambda: ensemble.GradientBoostingClassifier(**few), classes, ["numeric"]
    yield "GradientBoostingClassifier-exponential", lambda: ensemble.GradientBoostingClassifier(loss="exponential", **few), ["binary"], ["numeric"]
    yield "GradientBoostingRegressor", lambda: ensemble.GradientBoostingRegressor(**few), numbers, ["numeric"]
    yield "GradientBoostingRegressor-quantile", lambda: ensemble.GradientBoostingRegressor(loss="quantile", **few), numbers, ["numeric"]
    yield "HistGradientBoostingClassifier", lambda: ensemble.HistGradientBoostingClassifier(max_iter=20), classes, ["numeric", "missing"]
    yield "HistGradientBoostingRegressor", lambda: ensemble.HistGradientBoostingRegressor(max_iter=20), numbers, ["numeric", "missing"]
    yield "HistGradientBoostingRegressor-poisson", lambda: ensemble.HistGradientBoostingRegressor(loss="poisson", max_iter=20), ["count"], ["missing"]
    yield "KMeans", lambda: scaled(cluster.KMeans(4, random_state=0)), ["three"], ["numeric"]
    yield "GaussianNB", naive_bayes.GaussianNB, classes, ["numeric"]
    yield "LinearDiscriminantAnalysis", discriminant_analysis.LinearDiscriminantAnalysis, classes, ["numeric"]
    small = dict(hidden_layer_sizes=(12, 6), max_iter=60, random_state=0)
    yield "MLPClassifier", lambda: scaled(neural_network.MLPClassifier(**small)), classes, ["numeric"]
    yield "MLPRegressor", lambda: scaled(neural_network.MLPRegressor(activation="tanh", **small)), numbers, ["numeric"]
    yield "IsolationForest", lambda: ensemble.IsolationForest(**few), ["number"], ["numeric"]
    yield "GridSearchCV", lambda: model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [0.1, 1]}), numbers, ["numeric"]
    yield from machines()
    yield from together()
    yield from texts()
    yield from prepared()


def machines():
    """Support vector machines, neighbours, and what counts."""
    classes, numbers, numeric = ["binary", "three", "words"], ["number"], ["numeric"]
    for kernel in ["linear", "rbf", "poly", "sigmoid"]:
        yield f"SVC-{kernel}", lambda kernel=kernel: svm.SVC(kernel=kernel), ["binary", "words"], numeric
        yield f"SVR-{kernel}", lambda kernel=kernel: svm.SVR(kernel=kernel, gamma=0.01, C=0.01), numbers, numeric
    yield "SVC-probability", lambda: svm.SVC(probability=True, random_state=0), classes, numeric
    yield "SVC-break_ties", lambda: svm.SVC(break_ties=True), ["three"], numeric
    yield "NuSVC", lambda: svm.NuSVC(nu=0.3), classes, numeric
    yield "NuSVR", svm.NuSVR, numbers, numeric
    yield "OneClassSVM", lambda: svm.OneClassSVM(nu=0.1), numbers, numeric
    for name, options in {
        "uniform": {},
        "distance": {"weights": "distance"},
        "brute": {"algorithm": "brute", "n_neighbors": 7},
        "ball": {"algorithm": "ball_tree", "p": 1},
    }.items():
        yield f"KNeighborsClassifier-{name}", lambda options=options: neighbors.KNeighborsClassifier(**options), classes, numeric
        yield f"KNeighborsRegressor-{name}", lambda options=options: neighbors.KNeighborsRegressor(**options), numbers, numeric
    yield "BernoulliNB", naive_bayes.BernoulliNB, classes, numeric
    yield "MultinomialNB", naive_bayes.MultinomialNB, classes, ["positive", "categories"]
    yield "ComplementNB", naive_bayes.ComplementNB, classes, ["positive"]
    yield "CategoricalNB", naive_bayes.CategoricalNB, classes, ["categories"]


def tied_neighbours():
    """Neighbours where many rows are equally far: which of them count is what the search comes to first."""
    ways = [("kd_tree", {}), ("ball_tree", {}), ("kd_tree", {"p": 1}), ("ball_tree", {"p": np.inf}), ("brute", {}), ("brute", {"p": 1})]
    few = {"iris": 5, "digits": 12, "grid": 20}
    for data, (rows, known, classes) in TIED.items():
        for algorithm, metric in ways:
            # Of more than 256 rows, and of squares that are rounded, brute force gives what the processor makes of them.
            if algorithm == "brute" and (data == "digits" or (data == "iris" and not metric)) or data == "digits" and metric:
                continue
            for weights in ["uniform", "distance"]:
                options = dict(n_neighbors=few[data], algorithm=algorithm, weights=weights, leaf_size=10, **metric)
                name = f"{algorithm}-{weights}" + (f"-p{metric['p']}" if metric else "")
                number = np.random.default_rng(1).normal(size=known)
                for kind, target, of in [("Classifier", "species", classes[:known]), ("Regressor", "number", number)]:
                    whole = f"KNeighbors{kind}-{name}-{target}-{data}"
                    if ONLY and not whole.startswith(ONLY):
                        continue
                    model = getattr(neighbors, f"KNeighbors{kind}")(**options).fit(FRAMES[data].iloc[:known], of)
                    keep(whole, save_sklearn, model, data, target, getattr(model, "predict_proba", None))


def together():
    """Estimators made of others."""
    classes, numbers, numeric = ["binary", "three", "words"], ["number"], ["numeric"]
    line, bayes = linear_model.LogisticRegression(max_iter=500), naive_bayes.GaussianNB()
    trees = ensemble.RandomForestClassifier(10, random_state=0)
    pairs = [("line", line), ("bayes", bayes), ("trees", trees)]
    voting = ensemble.VotingClassifier
    yield "VotingClassifier-hard", lambda: voting(pairs), classes, numeric
    yield "VotingClassifier-soft", lambda: voting(pairs, voting="soft", weights=[1, 2, 0.5]), classes, numeric
    several = [("ridge", linear_model.Ridge()), ("svr", svm.SVR()), ("trees", ensemble.RandomForestRegressor(10, random_state=0))]
    yield "VotingRegressor", lambda: ensemble.VotingRegressor(several, weights=[2, 1, 1]), numbers, numeric
    with_scores = [*pairs, ("svc", svm.LinearSVC(random_state=0))]
    yield "StackingClassifier", lambda: ensemble.StackingClassifier(with_scores, cv=3), classes, numeric
    yield "StackingClassifier-passthrough", lambda: ensemble.StackingClassifier(pairs, trees, cv=3, passthrough=True), classes, numeric
    yield "StackingRegressor", lambda: ensemble.StackingRegressor(several, cv=3, passthrough=True), numbers, numeric
    for name, inner in {"LinearSVC": svm.LinearSVC(random_state=0), "GaussianNB": bayes, "SVC": svm.SVC(), "RandomForest": trees}.items():
        for method in ["sigmoid", "isotonic"]:
            make = lambda inner=inner, method=method: calibration.CalibratedClassifierCV(inner, method=method, cv=3)
            yield f"CalibratedClassifierCV-{name}-{method}", make, classes, numeric


def texts():
    """Words counted and weighed, beside a number."""
    beside = lambda step: compose.make_column_transformer((step, "text"), remainder="passthrough")
    last = lambda: linear_model.LogisticRegression(max_iter=500)
    for name, step in {
        "CountVectorizer": text.CountVectorizer(),
        "CountVectorizer-binary": text.CountVectorizer(binary=True, lowercase=False, stop_words=["sky"]),
        "CountVectorizer-char_wb": text.CountVectorizer(analyzer="char_wb", ngram_range=(2, 3)),
        "CountVectorizer-char": text.CountVectorizer(analyzer="char", ngram_range=(1, 2)),
        "TfidfVectorizer": text.TfidfVectorizer(),
        "TfidfVectorizer-pairs": text.TfidfVectorizer(stop_words="english", ngram_range=(1, 2), sublinear_tf=True, norm="l1"),
        "TfidfVectorizer-ascii": text.TfidfVectorizer(strip_accents="ascii", token_pattern=r"(?u)\b\w+\b", norm=None),
    }.items():
        make = lambda step=step: pipeline.make_pipeline(beside(step), last())
        yield f"ColumnTransformer+{name}+LogisticRegression", make, ["binary", "words"], ["texts"]
    counted = compose.make_column_transformer((pipeline.make_pipeline(text.CountVectorizer(), text.TfidfTransformer()), "text"))
    yield "ColumnTransformer+TfidfTransformer+MultinomialNB", lambda: pipeline.make_pipeline(counted, naive_bayes.MultinomialNB()), ["words"], ["texts"]


def prepared():
    """Transformers, with a model behind them."""
    then = lambda *steps: pipeline.make_pipeline(*steps, linear_model.LogisticRegression(max_iter=2000))
    pre = preprocessing
    for name, step in {
        "StandardScaler": pre.StandardScaler(),
        "MinMaxScaler": pre.MinMaxScaler(clip=True),
        "MaxAbsScaler": pre.MaxAbsScaler(),
        "RobustScaler": pre.RobustScaler(),
        "Normalizer": pre.Normalizer(),
        "PowerTransformer": pre.PowerTransformer(),
        "Binarizer": pre.Binarizer(threshold=0.5),
        "PolynomialFeatures": pipeline.make_pipeline(pre.StandardScaler(), pre.PolynomialFeatures(3)),
        "PCA": decomposition.PCA(3, whiten=True),
        "TruncatedSVD": decomposition.TruncatedSVD(3, random_state=0),
        "SelectKBest": feature_selection.SelectKBest(k=3),
        "VarianceThreshold": feature_selection.VarianceThreshold(0.5),
        "FeatureUnion": pipeline.make_union(pre.StandardScaler(), decomposition.PCA(2)),
    }.items():
        yield f"{name}+LogisticRegression", lambda step=step: then(step), ["three"], ["numeric"]
    for name, step in {
        "SimpleImputer": impute.SimpleImputer(),
        "SimpleImputer-median": impute.SimpleImputer(strategy="median", add_indicator=True),
        "SimpleImputer-constant": impute.SimpleImputer(strategy="constant", fill_value=-1.0),
    }.items():
        yield f"{name}+LogisticRegression", lambda step=step: then(step), ["three"], ["missing"]
    numbers = pipeline.make_pipeline(impute.SimpleImputer(), pre.StandardScaler())
    for name, encoder in {
        "OneHotEncoder": pre.OneHotEncoder(handle_unknown="ignore"),
        "OneHotEncoder-drop": pre.OneHotEncoder(drop="first"),
        "OrdinalEncoder": pre.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    }.items():
        columns = compose.make_column_transformer((numbers, list("abcdef")), (encoder, ["color", "size"]))
        yield f"ColumnTransformer+{name}+LogisticRegression", lambda columns=columns: then(columns), ["binary", "words"], ["mixed"]
    columns = compose.make_column_transformer((pre.OneHotEncoder(), ["color", "size"]), remainder="passthrough")
    yield "ColumnTransformer+RandomForest", lambda: pipeline.make_pipeline(columns, ensemble.RandomForestClassifier(20)), ["words"], ["mixed"]
    yield "ColumnTransformer+HistGradientBoosting", lambda: pipeline.make_pipeline(columns, ensemble.HistGradientBoostingRegressor(max_iter=20)), ["number"], ["mixed"]
    yield "Pipeline+XGBClassifier", lambda: pipeline.make_pipeline(columns, xgboost.XGBClassifier(n_estimators=20)), ["three"], ["mixed"]
    yield "Pipeline+LGBMRegressor", lambda: pipeline.make_pipeline(columns, lightgbm.LGBMRegressor(n_estimators=20, verbose=-1)), ["number"], ["mixed"]


def boosters():
    """Models of XGBoost and LightGBM, by both of their interfaces."""
    xgb = {
        "binary:logistic": ("binary", {}),
        "multi:softprob": ("three", {"num_class": 3}),
        "multi:softmax": ("three", {"num_class": 3}),
        "reg:squarederror": ("number", {}),
        "reg:absoluteerror": ("number", {}),
        "count:poisson": ("count", {}),
        "binary:logitraw": ("binary", {}),
        "rank:pairwise": ("count", {}),
    }
    for objective, (target, more) in xgb.items():
        for data in ["numeric", "missing"]:
            matrix = xgboost.DMatrix(FRAMES[data].iloc[:SEEN], label=TARGETS[target][:SEEN])
            model = xgboost.train({"objective": objective, "max_depth": 4, **more}, matrix, 20)
            keep(f"XGBoost-{objective.replace(':', '-')}-{target}-{data}", mlflow.xgboost.save_model, model, data, target)
    matrix = xgboost.DMatrix(NUMERIC.iloc[:SEEN], label=TARGETS["number"][:SEEN])
    for booster in ["dart", "gblinear"]:
        model = xgboost.train({"booster": booster, **({"rate_drop": 0.3} if booster == "dart" else {})}, matrix, 20)
        keep(f"XGBoost-{booster}-number-numeric", mlflow.xgboost.save_model, model, "numeric", "number")
    for target, objective in [("binary", {"objective": "binary:logistic"}), ("number", {}), ("three", {"objective": "multi:softprob", "num_class": 3})]:
        for name, options in [("categories", {}), ("categories-one-hot", {"max_cat_to_onehot": 100})]:
            # By codes, with the last column told to be of categories: MLflow passes a frame on as it comes.
            kinds = ["float"] * 5 + ["c"]
            matrix = xgboost.DMatrix(CODES.iloc[:SEEN], label=TARGETS[target][:SEEN], feature_types=kinds, enable_categorical=True)
            model = xgboost.train({"max_depth": 5, **objective, **options}, matrix, 20)
            keep(f"XGBoost-{name}-{target}-codes", mlflow.xgboost.save_model, model, "codes", target)
    for kind, target in [("XGBClassifier", "binary"), ("XGBClassifier", "three"), ("XGBRegressor", "number")]:
        model = getattr(xgboost, kind)(n_estimators=20).fit(MISSING.iloc[:SEEN], TARGETS[target][:SEEN])
        options = {"model_format": "json" if target == "three" else "ubj"}
        save = lambda model, path, **more: mlflow.xgboost.save_model(model, path, **options, **more)
        keep(f"{kind}-{target}-missing", save, model, "missing", target, getattr(model, "predict_proba", None))
    lgb = {"binary": ("binary", {}), "multiclass": ("three", {"num_class": 3}), "multiclassova": ("three", {"num_class": 3})}
    lgb |= {"regression": ("number", {}), "regression_l1": ("number", {}), "poisson": ("count", {}), "cross_entropy": ("binary", {})}
    for objective, (target, more) in lgb.items():
        for data in ["numeric", "missing", "codes"]:
            known = lightgbm.Dataset(FRAMES[data].iloc[:SEEN], label=TARGETS[target][:SEEN], categorical_feature=["f"] if data == "codes" else "auto")
            model = lightgbm.train({"objective": objective, "verbose": -1, "min_data_per_group": 5, **more}, known, 20)
            keep(f"LightGBM-{objective}-{target}-{data}", mlflow.lightgbm.save_model, model, data, target)
    for kind, target in [("LGBMClassifier", "binary"), ("LGBMClassifier", "words"), ("LGBMRegressor", "number")]:
        model = getattr(lightgbm, kind)(n_estimators=20, verbose=-1).fit(MISSING.iloc[:SEEN], TARGETS[target][:SEEN])
        keep(f"{kind}-{target}-missing", mlflow.lightgbm.save_model, model, "missing", target, getattr(model, "predict_proba", None))
    cat_models()


def pickled(model, path, how):
    """A model as MLflow logs it with pickle or cloudpickle."""
    formats = mlflow.sklearn.SERIALIZATION_FORMAT_CLOUDPICKLE, mlflow.sklearn.SERIALIZATION_FORMAT_PICKLE
    mlflow.sklearn.save_model(model, path, serialization_format=formats[how != "cloudpickle"], pip_requirements=["scikit-learn"])


def rewritten(model, path, how):
    """Its file written anew, by joblib or in another protocol: MLflow itself reads the first no longer."""
    if how == "joblib":
        joblib.dump(model, path)
    elif how.startswith("protocol"):
        path.write_bytes(pickle.dumps(model, protocol=int(how[-1])))


def pickles():
    """Models in pickles, which are read without running anything only where somebody asks for it."""
    few = dict(n_estimators=10, random_state=0)
    words = compose.make_column_transformer((text.TfidfVectorizer(), "text"), remainder="passthrough")
    columns = compose.make_column_transformer((preprocessing.OneHotEncoder(), ["color", "size"]), remainder="passthrough")
    makes = {
        "LogisticRegression": (linear_model.LogisticRegression(max_iter=500), "words", "numeric"),
        "RandomForestClassifier": (ensemble.RandomForestClassifier(**few), "words", "missing"),
        "GradientBoostingClassifier": (ensemble.GradientBoostingClassifier(**few), "three", "numeric"),
        "HistGradientBoostingClassifier": (ensemble.HistGradientBoostingClassifier(max_iter=10), "binary", "missing"),
        "KNeighborsRegressor": (neighbors.KNeighborsRegressor(), "number", "numeric"),
        "SVC": (svm.SVC(), "three", "numeric"),
        "MLPClassifier": (neural_network.MLPClassifier((6,), max_iter=30, random_state=0), "words", "numeric"),
        "StackingRegressor": (ensemble.StackingRegressor([("a", linear_model.Ridge()), ("b", svm.SVR())], cv=3), "number", "numeric"),
        "TfidfVectorizer": (pipeline.make_pipeline(words, linear_model.LogisticRegression()), "binary", "texts"),
        "ColumnTransformer": (pipeline.make_pipeline(columns, xgboost.XGBClassifier(n_estimators=10)), "three", "mixed"),
        "LGBMRegressor": (lightgbm.LGBMRegressor(n_estimators=10, verbose=-1), "number", "missing"),
        "SelectKBest": (pipeline.make_pipeline(feature_selection.SelectKBest(k=3), linear_model.Ridge()), "number", "numeric"),
    }
    ways = ["cloudpickle", "pickle", "joblib", *(f"protocol{number}" for number in range(6))]
    for name, (model, target, data) in makes.items():
        for how in ways if name in ("RandomForestClassifier", "ColumnTransformer") else ways[:3]:
            whole = f"pickle-{how}-{name}"
            if ONLY and not whole.startswith(ONLY):
                continue
            model.fit(FRAMES[data].iloc[:SEEN], TARGETS[target][:SEEN])
            save = lambda model, path, how=how, **_: pickled(model, path, how)
            keep(f"{whole}-{target}-{data}", save, model, data, target, getattr(model, "predict_proba", None))
            rewritten(model, FOLDER / f"{whole}-{target}-{data}" / "model.pkl", how)


def cat_models():
    """Models of CatBoost: in its own format, which MLflow writes unless it is told otherwise, and as JSON."""
    few = dict(iterations=30, depth=4, verbose=0, allow_writing_files=False, random_seed=0)
    classifier, regressor = catboost.CatBoostClassifier, catboost.CatBoostRegressor
    made = [
        ("CatBoostClassifier", classifier, "binary", {}),
        ("CatBoostClassifier", classifier, "three", {}),
        ("CatBoostClassifier", classifier, "words", {}),
        ("CatBoostClassifier-OneVsAll", classifier, "three", {"loss_function": "MultiClassOneVsAll"}),
        ("CatBoostClassifier-Lossguide", classifier, "binary", {"grow_policy": "Lossguide"}),
        ("CatBoostRegressor", regressor, "number", {}),
        ("CatBoostRegressor-Depthwise", regressor, "number", {"grow_policy": "Depthwise"}),
        ("CatBoostRegressor-MAE", regressor, "number", {"loss_function": "MAE"}),
        ("CatBoostRegressor-Poisson", regressor, "count", {"loss_function": "Poisson"}),
        ("CatBoostRegressor-max", regressor, "number", {"nan_mode": "Max"}),
    ]
    for name, kind, target, options in made:
        for data in ["numeric", "missing", "towns"]:
            cat_model(name, kind(**few, **options, **CATS[data]), target, data)
    # What is counted of categories, in each way that there is, alone and together; and categories that are few.
    for how in ["Borders:TargetBorderCount=2", "Buckets:TargetBorderCount=2", "BinarizedTargetMeanValue", "Counter"]:
        both = {"simple_ctr": how, "combinations_ctr": how, "max_ctr_complexity": 3, "one_hot_max_size": 4}
        cat_model(f"CatBoostRegressor-{how.split(':')[0]}", regressor(**few, **both, **CATS["towns"]), "sale", "towns")
    cat_model("CatBoostClassifier-OneHot", classifier(**few, one_hot_max_size=255, **CATS["towns"]), "words", "towns")
    cat_model("CatBoostClassifier-OneHot-Depthwise", classifier(**few, one_hot_max_size=4, grow_policy="Depthwise", **CATS["towns"]), "binary", "towns")
    cat_model("CatBoostClassifier-threshold", classifier(**few), "binary", "numeric", 0.7)


CATS = {"numeric": {}, "missing": {}, "towns": {"cat_features": ["town", "kind", "code"]}}


def cat_model(name, model, target, data, threshold=None):
    """Trains a model of CatBoost, and keeps it in its own format, and as JSON where there is more to it than numbers."""
    if ONLY and not name.startswith(ONLY):
        return
    model.fit(FRAMES[data].iloc[:SEEN], TARGETS[target][:SEEN])
    if threshold is not None:
        model.set_probability_threshold(threshold)
    for format in ["cbm"] if data == "missing" else ["cbm", "json"]:
        options = {} if format == "cbm" else {"format": format}
        save = lambda model, path, **more: mlflow.catboost.save_model(model, path, **options, **more)
        keep(f"{name}{'' if format == 'cbm' else '-json'}-{target}-{data}", save, model, data, target, getattr(model, "predict_proba", None))



def keep_onnx(name, model, data, target, tensor=None):
    """Saves a graph, loads it again with MLflow, and writes each of its outputs for rows given as a table or, where there is one, a tensor."""
    if ONLY and not name.startswith(ONLY):
        return
    rows = FRAMES[data].iloc[TIED[data][1] if data in TIED else SEEN :]
    given = rows if tensor is None else tensor(rows)
    signature = mlflow.models.infer_signature(given)
    # The same number of threads: sums over many trees would come in another order.
    options = {"intra_op_num_threads": 1}
    mlflow.onnx.save_model(model, FOLDER / name, signature=signature, pip_requirements=["onnxruntime"], onnx_session_options=options)
    loaded = mlflow.pyfunc.load_model(str(FOLDER / name))
    raw = loaded.get_raw_model()
    if len(raw.get_inputs()) > 1:
        feeds = {one.name: rows[one.name].to_numpy().reshape(-1, 1) for one in raw.get_inputs()}
        feeds = {name: values if values.dtype == object else values.astype("float32") for name, values in feeds.items()}
    else:
        feeds = {raw.get_inputs()[0].name: np.asarray(given).astype("float32")}
    outputs = dict(zip([one.name for one in raw.get_outputs()], raw.run(None, feeds)))
    if tensor is not None:
        for key, values in loaded.predict(given).items():
            assert np.array_equal(values, outputs[key]), f"MLflow gives other values for {key} of {name}"
    flat = lambda values: [share for one in values for share in one.values()] if isinstance(values, list) else values
    (FOLDER / f"{name}.json").write_text(
        json.dumps(
            {
                "name": name,
                "data": data,
                "target": target,
                "single": True,
                "columns": {column: plain(rows[column]) for column in rows},
                "outputs": {key: plain(flat(values)) for key, values in outputs.items()},
            }
        )
    )


def onnx_models():
    """Graphs that converters make, and some made by hand."""
    few = dict(n_estimators=20, random_state=0)
    wide = [("X", data_types.FloatTensorType([None, 6]))]
    for name, model, targets in [
        ("RandomForestRegressor", ensemble.RandomForestRegressor(**few), ["number"]),
        ("GradientBoostingRegressor", ensemble.GradientBoostingRegressor(**few), ["number"]),
        ("RandomForestClassifier", ensemble.RandomForestClassifier(**few), ["binary", "three", "words"]),
        ("LogisticRegression", linear_model.LogisticRegression(max_iter=500), ["binary", "three", "words"]),
        ("MLPClassifier", neural_network.MLPClassifier((12, 6), max_iter=60, random_state=0), ["three"]),
        ("SVC", svm.SVC(probability=True, random_state=0), ["binary"]),
        ("KMeans", cluster.KMeans(4, random_state=0), ["three"]),
    ]:
        for target in targets:
            model.fit(NUMERIC.iloc[:SEEN].to_numpy(), TARGETS[target][:SEEN])
            made = skl2onnx.convert_sklearn(model, initial_types=wide)
            keep_onnx(f"onnx-{name}-{target}-numeric", made, "numeric", target)
            if hasattr(model, "predict_proba"):
                made = skl2onnx.convert_sklearn(model, initial_types=wide, options={"zipmap": False})
                keep_onnx(f"onnx-{name}-arrays-{target}-numeric", made, "numeric", target, lambda rows: rows.to_numpy().astype("float32"))
    columns = [(name, data_types.FloatTensorType([None, 1])) for name in "abcdef"]
    columns += [(name, data_types.StringTensorType([None, 1])) for name in ("color", "size")]
    encoded = compose.make_column_transformer(
        (impute.SimpleImputer(), list("abcdef")), (preprocessing.OneHotEncoder(handle_unknown="ignore"), ["color", "size"])
    )
    for target in ("words", "binary"):
        model = pipeline.make_pipeline(encoded, linear_model.LogisticRegression(max_iter=500)).fit(MIXED.iloc[:SEEN], TARGETS[target][:SEEN])
        keep_onnx(f"onnx-Pipeline-{target}-mixed", skl2onnx.convert_sklearn(model, initial_types=columns), "mixed", target)
    by_hand()


def by_hand():
    """A network whose weights lie in a file of their own, as MLflow saves them, and one over pictures."""
    make, info = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    weights = lambda name, *shape: onnx.numpy_helper.from_array(rng.normal(size=shape).astype("float32"), name)
    network = onnx.helper.make_graph(
        [make("Gemm", ["x", "w", "b"], ["h"]), make("Relu", ["h"], ["r"]), make("MatMul", ["r", "v"], ["s"]), make("Softmax", ["s"], ["share"])],
        "network", [info("x", 1, [None, 6])], [info("share", 1, [None, 3])], [weights("w", 6, 64), weights("b", 64), weights("v", 64, 3)],
    )  # fmt: skip
    picture = onnx.helper.make_graph(
        [make("Conv", ["x", "k"], ["h"], pads=[1, 1, 1, 1]), make("GlobalAveragePool", ["h"], ["mean"]), make("Flatten", ["mean"], ["flat"])],
        "picture", [info("x", 1, [None, 1, 2, 3])], [info("h", 1, [None, 4, 2, 3]), info("flat", 1, [None, 4])], [weights("k", 4, 1, 3, 3)],
    )  # fmt: skip
    for name, graph, shape in [("network", network, (-1, 6)), ("picture", picture, (-1, 1, 2, 3))]:
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 21)], ir_version=10)
        keep_onnx(f"onnx-{name}-number-numeric", model, "numeric", "number", lambda rows: rows.to_numpy().astype("float32").reshape(shape))


if __name__ == "__main__":
    for name, make, targets, frames in sklearn_models():
        for target in targets:
            for data in frames:
                try:
                    fit(name, make(), data, target)
                except Exception as error:
                    print(f"not logged: {name} {target} {data}: {error!r}"[:400], flush=True)
    tied_neighbours()
    boosters()
    pickles()
    onnx_models()
