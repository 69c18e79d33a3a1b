import type { Output } from '@millrace/client'
import type { UseQueryResult } from '@tanstack/react-query'
import { useApi } from '../api.ts'

const OF_RUN = 'GET /api/2.0/mlflow/artifacts/list'
const OF_MODEL = 'GET /api/2.0/mlflow/logged-models/{model_id}/artifacts/directories'

/** Whose files are looked at: a run's, or a logged model's. */
export type Owner = { readonly run_id: string } | { readonly model_id: string }

/** What lies in a folder of a run or a logged model; all of it with an empty folder. */
export function useFiles(owner: Owner, folder: string): UseQueryResult<Pick<Output<typeof OF_RUN>, 'files'>, Error> {
  const isRun = 'run_id' in owner
  const run = useApi(OF_RUN, { run_id: isRun ? owner.run_id : '', ...(folder !== '' && { path: folder }) }, { enabled: isRun, keep: true })
  const model = useApi(
    OF_MODEL,
    { model_id: isRun ? '' : owner.model_id, ...(folder !== '' && { artifact_directory_path: folder }) },
    { enabled: !isRun, keep: true },
  )
  return isRun ? run : model
}

/** Where a file is downloaded from, below this page's own address. */
export function fileAddress(owner: Owner, path: string): string {
  if ('run_id' in owner) return `get-artifact?${new URLSearchParams({ run_uuid: owner.run_id, path })}`
  const files = `ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(owner.model_id)}/artifacts/files`
  return `${files}?${new URLSearchParams({ artifact_file_path: path })}`
}
