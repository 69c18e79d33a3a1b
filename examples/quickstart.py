"""Trains a few classifiers on real data, keeps what matters of each run in Millrace, and asks Millrace which one was best.

    MLFLOW_TRACKING_URI=http://127.0.0.1:5000 python examples/quickstart.py

Nothing here knows of Millrace: it is MLflow's own client, and needs `pip install mlflow` alone.
"""

import tempfile

import matplotlib
import mlflow
import mlflow.sklearn
from mlflow.models import infer_signature
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

matplotlib.use("Agg")  # draws into files: no screen is needed
import matplotlib.pyplot as plt  # noqa: E402

EPOCHS = 40
TRIALS = [
    {"alpha": 1e-4, "eta0": 0.0005},
    {"alpha": 1e-3, "eta0": 0.005},
    {"alpha": 1e-2, "eta0": 0.05},
]

# 569 tumours with 30 measurements each, malignant or benign; scikit-learn ships them.
frame = load_breast_cancer(as_frame=True).frame
train, test = train_test_split(frame, test_size=0.25, random_state=7, stratify=frame["target"])
X_train, y_train = train.drop(columns="target"), train["target"]
X_test, y_test = test.drop(columns="target"), test["target"]

mlflow.set_experiment("breast-cancer")
dataset = mlflow.data.from_pandas(train, name="breast-cancer-train", targets="target")

for trial in TRIALS:
    with mlflow.start_run(run_name=f"step-{trial['eta0']}") as run:
        mlflow.log_params({**trial, "epochs": EPOCHS})
        mlflow.set_tag("stage", "quickstart")
        mlflow.log_input(dataset, context="training")

        scaler = StandardScaler().fit(X_train)
        classifier = SGDClassifier(loss="log_loss", learning_rate="constant", random_state=7, **trial)
        losses = []
        for epoch in range(EPOCHS):
            classifier.partial_fit(scaler.transform(X_train), y_train, classes=[0, 1])
            losses.append(log_loss(y_test, classifier.predict_proba(scaler.transform(X_test))))
            mlflow.log_metric("test_loss", losses[-1], step=epoch)

        model = make_pipeline(scaler, classifier)
        predictions = model.predict(X_test)
        area = roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
        mlflow.log_metrics({"accuracy": accuracy_score(y_test, predictions), "area_under_curve": area})

        figure, axes = plt.subplots()
        axes.plot(losses)
        axes.set(xlabel="epoch", ylabel="loss on unseen tumours", title=run.info.run_name)
        mlflow.log_figure(figure, "plots/loss.png")
        plt.close(figure)

        mlflow.sklearn.log_model(model, name="model", signature=infer_signature(X_test, predictions.astype(float)))
        print(f"{run.info.run_name}: loss {losses[-1]:.4f}, area under the curve {area:.4f}")

# The server finds the best run; its plot comes back as it was sent.
best = mlflow.search_runs(
    experiment_names=["breast-cancer"],
    filter_string="tags.stage = 'quickstart' and metrics.accuracy > 0.9",
    order_by=["metrics.test_loss ASC"],
    max_results=1,
).iloc[0]
with tempfile.TemporaryDirectory() as folder:
    plot = mlflow.artifacts.download_artifacts(run_id=best.run_id, artifact_path="plots/loss.png", dst_path=folder)
    with open(plot, "rb") as file:
        assert file.read(4) == b"\x89PNG"
history = mlflow.MlflowClient().get_metric_history(best.run_id, "test_loss")
print(
    f"best: {best['tags.mlflow.runName']} with alpha {best['params.alpha']}, "
    f"loss {best['metrics.test_loss']:.4f} after {len(history)} epochs"
)
