import type { MillraceClient } from '@millrace/client'
import type { FileDigest, RunOrigin } from '@millrace/sign'

/** Files of a model that tell in what it runs. */
const ENVIRONMENT = new Set(['conda.yaml', 'requirements.txt', 'python_env.yaml', 'MLmodel'])
const TAGS_OF_SOURCE = ['mlflow.source.git.repoURL', 'mlflow.gitRepoURL']

/** Where a model comes from, by what its run recorded. @throws MillraceError */
export async function runOrigin(client: MillraceClient, run_id: string, files: readonly FileDigest[]): Promise<RunOrigin> {
  const { run } = await client.runs.get({ run_id })
  const tags = new Map((run.data?.tags ?? []).map(({ key, value }) => [key, value]))
  const tag = (...names: string[]): string | undefined => names.map((name) => tags.get(name)).find((value) => value)
  const { info } = run
  const optional = {
    user: tag('mlflow.user') ?? info.user_id,
    started_ms: info.start_time,
    ended_ms: info.end_time,
    git_commit: tag('mlflow.source.git.commit'),
    git_repository: tag(...TAGS_OF_SOURCE),
    git_branch: tag('mlflow.source.git.branch'),
    entry_point: tag('mlflow.project.entryPoint', 'mlflow.source.name'),
    source_type: tag('mlflow.source.type'),
  }
  return {
    run_id,
    tracking_uri: withoutLogin(client.options.url),
    experiment_id: info.experiment_id,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined && value !== '')) as Partial<RunOrigin>),
    parameters: Object.fromEntries((run.data?.params ?? []).map(({ key, value }) => [key, value])),
    datasets: (run.inputs?.dataset_inputs ?? []).map(({ dataset, tags: about }) => ({
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.source_type,
      ...context(about ?? []),
    })),
    environment: files.filter(({ path }) => ENVIRONMENT.has(path)).map(({ path, sha256 }) => ({ name: path, sha256 })),
  }
}

function context(tags: readonly { key: string; value: string }[]): { context?: string } {
  const found = tags.find(({ key }) => key === 'mlflow.data.context')
  return found ? { context: found.value } : {}
}

/** An address that can be shown to everybody. */
function withoutLogin(url: string): string {
  const plain = new URL(url)
  plain.username = ''
  plain.password = ''
  return plain.href.replace(/\/$/, '')
}
