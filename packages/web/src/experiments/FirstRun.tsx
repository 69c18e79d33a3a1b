import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { workspace } from '../workspace.ts'

/** What an empty server, or an empty experiment of it, says: how to log the first run there. */
export function FirstRun({ experiment }: { experiment?: string }) {
  const address = new URL('.', document.baseURI).href.replace(/\/$/, '')
  // What stands in quotation marks in JSON stands so in Python.
  const name = JSON.stringify(experiment ?? 'first steps')
  const code = `pip install mlflow

import mlflow

mlflow.set_tracking_uri("${address}")${workspace === undefined ? '' : `\nmlflow.set_workspace("${workspace}")`}
mlflow.set_experiment(${name})
with mlflow.start_run():
    mlflow.log_param("learning_rate", 0.1)
    for step in range(20):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)`
  return (
    <Empty title={experiment === undefined ? 'Log your first run' : 'There are no runs here yet'}>
      <p>Any MLflow client works as it is. Paste this into Python, or change the tracking URI of a script that you have.</p>
      <Code text={code} />
      <p className="faint">It appears here when it arrives.</p>
    </Empty>
  )
}
