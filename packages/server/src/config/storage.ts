import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigProblem } from '../config-problem.ts'
import type { Picked } from './pick.ts'

const schemeOf = (uri: string): string => /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase() ?? ''

/** A folder's absolute path, or `s3://bucket/prefix` without a slash at its end. */
export function artifactsDestination(picked: Picked | undefined, data_dir: string): string {
  if (!picked) return resolve(data_dir, 'artifacts')
  const scheme = schemeOf(picked.value)
  if (scheme === '') return resolve(picked.value)
  if (scheme === 'file') return pathOfFileUri(picked)
  if (scheme === 's3' && /^s3:\/\/[a-z0-9][a-z0-9._-]+(\/|$)/i.test(picked.value)) return picked.value.replace(/\/+$/, '')
  throw new ConfigProblem(`${picked.from} is a folder or s3://bucket/prefix; Millrace can't keep artifacts at "${picked.value}".`)
}

function pathOfFileUri({ value, from }: Picked): string {
  try {
    return value.startsWith('file://') ? fileURLToPath(value) : resolve(value.slice('file:'.length))
  } catch {
    throw new ConfigProblem(`${from}: a file URI is file:///absolute/path, and "${value}" is not.`)
  }
}

/** MLflow's rule: the server hands artifacts through unless a root is named; paths become absolute, other URIs stay as they are. */
export function defaultArtifactRoot(picked: Picked | undefined, serve_artifacts: boolean, destination: string): string {
  if (!picked) return serve_artifacts ? 'mlflow-artifacts:/' : destination
  const scheme = schemeOf(picked.value)
  if (scheme === '') return resolve(picked.value)
  return picked.value.startsWith('file:') && !picked.value.startsWith('file:/')
    ? `file://${resolve(picked.value.slice('file:'.length))}`
    : picked.value
}
