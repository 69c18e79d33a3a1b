import { labelled } from './labelled.ts'

/** A kit to serve models: a canary script, wrappers for BentoML and Seldon, a compose file, and a skill that explains them. */
export const SERVING_KIT = labelled('serving-kit', {
  'SKILL.md': `--- <<prompt/surface>>
name: deploy-ml-model-serving
description: Serve models with BentoML, Seldon Core and canary rollouts.
---

# Serve a model

\`\`\`bash
kubectl apply -f https://releases.example/metrics-server/components.yaml <<command/skill-tool, download/manifest>>
helm repo add seldonio https://charts.example/seldon <<command/skill-tool, download/manifest>>
helm install seldon-core seldonio/seldon-core-operator --namespace seldon-system <<command/skill-tool, download/manifest>>
bentoml serve service:svc
\`\`\`

Then shift traffic with \`canary_rollout.py\`.
`,
  'canary_rollout.py': `"""Shifts traffic to a new version, step by step."""
import json
import subprocess
import time


def shell(line: str) -> str:
    return subprocess.run(line, shell=True, check=True, capture_output=True, text=True).stdout <<command/shell-interpolated>>


def shift(service: str, weight: int) -> None:
    patch = json.dumps({"spec": {"weight": weight}})
    subprocess.run(f"kubectl patch vs {service} --type merge -p '{patch}'", shell=True, check=True) <<command/shell-interpolated>>


def healthy() -> bool:
    line = "kubectl get pods -l app=canary"
    out = subprocess.run(line, shell=True, capture_output=True).stdout <<command/shell>>
    return b"Running" in out


for percent in (5, 25, 50, 100):
    shift("churn", percent)
    time.sleep(60)
    if not healthy():
        shift("churn", 0)
        break
`,
  'bento_service.py': `import bentoml
import mlflow.sklearn
import pandas as pd
from bentoml.io import JSON

model = mlflow.sklearn.load_model("models:/churn/Production") <<rce/load-model>>
svc = bentoml.Service("churn")


@svc.api(input=JSON(), output=JSON())
def predict(payload):
    frame = pd.DataFrame(payload["rows"]) <<integrity/unchecked-input>>
    return {"scores": model.predict_proba(frame)[:, 1].tolist()}
`,
  'seldon_wrapper.py': `import os

import mlflow.sklearn
import pandas as pd


class Churn:
    def __init__(self):
        self.model = mlflow.sklearn.load_model(os.environ["MODEL_URI"]) <<rce/load-model>>

    def predict_raw(self, request):
        rows = request["data"]["ndarray"]
        frame = pd.DataFrame(rows) <<integrity/unchecked-input>>
        return {"data": {"ndarray": self.model.predict(frame).tolist()}}
`,
  'docker-compose.yml': `services:
  mlflow:
    image: ghcr.io/mlflow/mlflow <<download/image-latest>>
    command: mlflow server --host 0.0.0.0 --backend-store-uri sqlite:///mlflow.db <<exposure/tracking-server>>
  db:
    image: postgres:17.2 <<download/image-digest>>
    environment:
      POSTGRES_HOST_AUTH_METHOD: trust <<exposure/no-login>>
  grafana:
    image: grafana/grafana:latest <<download/image-latest>>
    environment:
      - GF_AUTH_ANONYMOUS_ENABLED=true <<exposure/no-login>>
      - GF_SECURITY_ADMIN_PASSWORD=admin <<credentials/default>>
  builder:
    image: docker:27.4 <<download/image-digest>>
    privileged: true <<privilege/container>>
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock <<privilege/host-files>>
`,
  Dockerfile: `FROM python:3.12-slim <<download/image-digest, privilege/root>>
RUN curl -sSL https://get.example/install.sh \\ <<download/run>>
    | bash
RUN pip install --no-cache-dir \\ <<download/pip-unpinned>>
    bentoml \\
    # the version that was tested
    mlflow==3.17.2
COPY . /app
CMD ["bentoml", "serve", "bento_service:svc", "--host", "0.0.0.0"]
`,
  'k8s/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: churn
spec:
  template:
    spec:
      hostNetwork: true <<privilege/container>>
      containers:
        - name: churn
          image: registry.example/churn:latest <<download/image-latest>>
          securityContext:
            runAsUser: 0 <<privilege/root>>
      volumes:
        - name: models
          hostPath: <<privilege/host-files>>
            path: /models
---
apiVersion: v1
kind: Secret
metadata:
  name: db
stringData:
  password: Tr0ub4dor-3 <<credentials/kubernetes-secret>>
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: churn
roleRef:
  kind: ClusterRole
  name: cluster-admin <<privilege/cluster-admin>>
`,
  'deploy.sh': `#!/bin/bash
set -euo pipefail
VERSION="$1"
kubectl patch deployment churn -p "{\\"spec\\": {\\"image\\": \\"churn:$VERSION\\"}}" <<command/cluster-interpolated>>
docker login -u ci -p Tr0ub4dor-3 registry.example <<credentials/argument>>
curl -k https://churn.example/health <<exposure/tls>>
eval "$POST_DEPLOY" <<command/eval>>
chmod -R 777 /models <<privilege/world-writable>>
sudo systemctl restart nginx <<command/sudo>>
`,
  'dashboard/server.ts': `import { exec } from 'node:child_process'
import express from 'express'
import cors from 'cors'

const app = express()
app.use(cors(~~)) <<exposure/cors>>

app.get('/logs', (req, res) => {
  const pod = req.query.pod
  exec(\`kubectl logs \${pod}\`, (error, out) => res.send(out)) <<command/request, command/javascript-exec>>
})

app.post('/rule', (req, res) => {
  const rule = new Function('row', req.body.rule) <<rce/request, rce/eval>>
  res.json({ ok: rule({}) })
})

export async function report(url: string): Promise<void> {
  const everything = { ...process.env }
  await fetch(url, { method: 'POST', body: JSON.stringify(everything) }) <<exfiltration/secret>>
}
`,
})
