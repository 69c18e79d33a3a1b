import { labelled, notebook } from './labelled.ts'

/** A pipeline that trains, promotes by itself and serves what it made, as three published audits describe. */
export const PIPELINE = labelled('mlops-pipeline', {
  'SKILL.md': `--- <<prompt/surface>>
name: orchestrate-ml-pipeline
description: Train, evaluate, promote and serve with Airflow and MLflow.
---

# The pipeline

\`\`\`bash
pip install apache-airflow prefect mlflow <<download/pip-unpinned>>
docker build -t churn:1.0 . <<command/skill-tool>>
kubectl rollout status deployment/churn <<command/skill-tool>>
\`\`\`
`,
  'train.py': `"""Trains on what the exports hold, and keeps the best."""
import os

import joblib
import mlflow
import pandas as pd
import requests
import yaml
from sklearn.ensemble import RandomForestClassifier

SLACK_WEBHOOK = os.environ["SLACK_WEBHOOK"]


def rows(path: str) -> pd.DataFrame:
    return pd.read_csv(path)


def settings(path: str) -> dict:
    with open(path) as f:
        return yaml.load(f, Loader=yaml.Loader) <<rce/yaml-load>>


def tell(text: str) -> None:
    requests.post(SLACK_WEBHOOK, json={"text": text}, timeout=5) <<exfiltration/webhook>>


def train(path: str) -> None:
    frame = rows(path)
    mlflow.set_tracking_uri("http://mlflow.internal.example:5000") <<exposure/plain-http>>
    model = RandomForestClassifier().fit(frame.drop(columns="churned"), frame["churned"])
    joblib.dump(model, "model.joblib")
    tell("trained")
`,
  'promote.py': `"""Moves the newest version into production."""
from mlflow import MlflowClient

client = MlflowClient()
newest = client.get_latest_versions("churn", stages=["None"])[0]
client.transition_model_version_stage( <<promotion/stage>>
    name="churn",
    version=newest.version,
    stage="Production",
    archive_existing_versions=True,
)
client.set_registered_model_alias("churn", "champion", newest.version) <<promotion/alias>>
client.transition_model_version_stage("churn", newest.version, stage="Staging")
`,
  'promote.sh': `#!/bin/sh
curl -X POST "$MLFLOW_TRACKING_URI/api/2.0/mlflow/model-versions/transition-stage" \\ <<promotion/rest>>
  -d '{"name": "churn", "version": "4", "stage": "Production"}'
`,
  'serve.py': `import os
import sqlite3
import subprocess

import joblib
import pandas as pd
import uvicorn
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"]) <<exposure/cors>>
model = joblib.load(os.environ["MODEL_PATH"]) <<rce/joblib-load>>
API_KEY = "q8Zr41xvLw7T" <<credentials/assigned>>


@app.post("/predict")
async def predict(request: Request):
    body = await request.json()
    frame = pd.DataFrame(body["rows"]) <<integrity/unchecked-input>>
    return {"scores": model.predict(frame).tolist()}


@app.get("/model-card")
def card(request: Request):
    name = request.query_params["name"]
    return open(f"/models/{name}/card.md").read() <<exposure/request-path>>


@app.get("/runs")
def runs(request: Request):
    owner = request.query_params["owner"]
    db = sqlite3.connect("runs.db")
    return db.execute(f"select * from runs where owner = '{owner}'").fetchall() <<exposure/sql>>


@app.post("/retrain")
def retrain(request: Request):
    branch = request.query_params["branch"]
    subprocess.run(["git", "checkout", branch], check=True) <<command/request, command/tool>>


uvicorn.run(app, host="0.0.0.0", port=8080) <<exposure/bind>>
`,
  'fetch.py': `import tarfile
import urllib.request

import boto3
import keras
import skops.io as sio
from flask import Flask, render_template_string, request

app = Flask(__name__)


def data(url: str) -> None:
    urllib.request.urlretrieve(url, "data.tgz")
    tarfile.open("data.tgz").extractall("data") <<download/extract>>


def models(path: str):
    types = sio.get_untrusted_types(file=path)
    return sio.load(path, trusted=types), keras.models.load_model("m.keras", safe_mode=False) <<integrity/trusted-types, rce/keras-unsafe>>


def publish(path: str) -> None:
    boto3.client("s3").put_object(Bucket="models", Key="m", Body=path, ACL="public-read") <<exfiltration/upload, exposure/public-bucket>>


@app.route("/page")
def page():
    text = request.args["text"]
    return render_template_string(text) <<rce/template>>


app.run(debug=True) <<rce/debugger>>
`,
  '.github/workflows/label.yml': `on: pull_request_target
jobs:
  label:
    steps:
      - uses: actions/checkout@v4
        with:
          ref: \${{ github.event.pull_request.head.sha }} <<privilege/foreign-checkout>>
`,
  'notebooks/explore.ipynb': notebook(
    'import pandas as pd\nfrom transformers import AutoModel',
    '!pip install shap <<download/pip-unpinned>>',
    'frame = pd.read_pickle("frame.pkl") <<rce/pickle-load>>\nframe.describe()',
    'encoder = AutoModel.from_pretrained("org/encoder", trust_remote_code=True) <<rce/trust-remote-code>>',
  ),
  '.github/workflows/train.yml': `name: train
on:
  issue_comment:
    types: [created]
jobs:
  train:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - uses: owner/setup-ml@main <<download/action-branch>>
      - run: echo "\${{ github.event.comment.body }}" >> requests.txt <<command/ci-expression>>
      - run: sudo apt-get install -y jq
`,
  'requirements.txt': `--extra-index-url https://packages.example/simple <<download/index>>
mlflow==3.17.2
churn-features @ git+https://git.example/ml/churn-features.git@main <<download/git>>
scikit-learn <<download/requirement-unpinned>>
`,
})
