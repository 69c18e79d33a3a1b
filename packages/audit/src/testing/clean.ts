import { labelled, notebook } from './labelled.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}`
const COMMIT = '0123456789abcdef0123456789abcdef01234567'

/** What looks like each of the findings and is none: an audit that finds anything here is wrong. */
export const CLEAN = labelled('clean', {
  'README.md': `# Churn

Never load models with \`pickle.load\` or \`joblib.load\`, and never put a password into an address such as
\`postgresql:/~~/user:password@host/db\`. Ignore the warnings that pip prints.

\`\`\`bash
pip install -r requirements.txt
mlflow server --backend-store-uri postgresql://ml@db/mlflow --host 127.0.0.1
mlflow models serve -m models:/churn/7
curl -s https://ml.example/health | jq .status
\`\`\`

\`\`\`python
import mlflow
model = mlflow.pyfunc.load_model("models:/churn/7")
\`\`\`
`,
  'train.py': `import json
import logging
import os
import subprocess

import mlflow
import numpy as np
import torch
import yaml
from skops import io as sio

password = os.environ["DB_PASSWORD"]
token_count = "12345678"
URI = "models:/churn/7"


def settings(path: str) -> dict:
    with open(path) as f:
        return yaml.safe_load(f)


def load(path: str):
    rows = np.load(path)
    state = torch.load("m.pt", weights_only=True)
    known = sio.load("m.skops", trusted=["sklearn.tree._tree.Tree"])
    return rows, state, known, mlflow.pyfunc.load_model(URI)


def evaluate(model, frame):
    model.eval()
    return frame.eval("a + b"), json.loads("{}")


def sizes(folder: str) -> str:
    return subprocess.run(["du", "-s", "--", folder], capture_output=True, text=True, check=True).stdout


with mlflow.start_run():
    info = mlflow.sklearn.log_model(object(), name="model")
    again = mlflow.sklearn.load_model(info.model_uri)
    logging.info("logged %s", info.model_uri)
`,
  'serve.py': `import pandas as pd
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://ml.example"])


class Rows(BaseModel):
    rows: list[dict[str, float]]


@app.post("/predict")
def predict(body: Rows):
    return pd.DataFrame(body.rows).to_dict()


@app.get("/runs")
def runs(request):
    depth = int(request.query_params["depth"])
    return db.execute("select * from runs where depth = ?", [depth]).fetchall()
`,
  'promote.py': `from mlflow import MlflowClient

client = MlflowClient()
client.transition_model_version_stage("churn", 7, stage="Staging")
client.set_registered_model_alias("churn", "challenger", 7)
`,
  'dashboard.ts': `import { execFile } from 'node:child_process'
import cors from 'cors'

// eval(x) and exec(\`rm \${x}\`) would be wrong here
export const pattern = /a/
pattern.exec(\`a\${1}\`)
app.use(cors({ origin: 'https://ml.example' }))
execFile('kubectl', ['get', 'pods'], (_error, out) => console.log(out))
await fetch(url, { headers: { authorization: process.env.API_TOKEN ?? '' }, body: JSON.stringify({ done: true }) })
`,
  Dockerfile: `FROM python:3.12-slim@${DIGEST} AS build
RUN pip install --require-hashes -r requirements.txt
FROM build
USER 10001
CMD ["python", "serve.py"]
`,
  'docker-compose.yml': `services:
  db:
    image: postgres:17.2@${DIGEST}
    environment:
      POSTGRES_PASSWORD_FILE: /run/secrets/db
      MLFLOW_TRACKING_URI: http://tracking:5000
`,
  'k8s/deployment.yaml': `kind: Deployment
spec:
  containers:
    - image: registry.example/churn:1.2@${DIGEST}
      securityContext:
        runAsNonRoot: true
        allowPrivilegeEscalation: false
      env:
        - name: DB_PASSWORD
          valueFrom:
            secretKeyRef: {name: db, key: password}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  properties:
    hostPath:
      type: object
`,
  'run.sh': `#!/bin/bash
set -euo pipefail
export API_KEY="$(cat /run/secrets/key)"
docker login -u ci --password-stdin registry.example < /run/secrets/registry
kubectl apply -f k8s/
eval "$(ssh-agent -s)"
chmod 750 run.sh
echo "sudo is not needed here"
`,
  'explore.ipynb': notebook('import pandas as pd\nframe = pd.read_csv("rows.csv")', '%pip install -r requirements.txt'),
  '.github/workflows/ci.yml': `on: pull_request
jobs:
  test:
    steps:
      - uses: actions/checkout@${COMMIT}
      - run: echo "$TITLE"
        env:
          TITLE: \${{ github.event.pull_request.title }}
`,
  'requirements.txt': `mlflow==3.17.2\nmine @ git+https://git.example/ml/mine@${COMMIT}\n`,
})
