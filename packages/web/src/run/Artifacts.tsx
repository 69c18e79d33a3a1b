import { Link } from '@tanstack/react-router'
import { useApi } from '../api.ts'
import { bytes } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Preview } from './Preview.tsx'

type Props = { run_id: string; experimentId: string; path: string }

/** The files of a run: folders on the left, and what the chosen file holds. */
export function Artifacts({ run_id, experimentId, path }: Props) {
  const isFile = /\.[^/]+$|\/(MLmodel|Dockerfile)$|^MLmodel$/.test(path)
  const folder = isFile ? path.split('/').slice(0, -1).join('/') : path
  const found = useApi('GET /api/2.0/mlflow/artifacts/list', { run_id, ...(folder !== '' && { path: folder }) }, { keep: true })
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  const files = found.data.files
  const chosen = files.find((file) => file.path === path && !file.is_dir)
  const up = folder.split('/').slice(0, -1).join('/')
  if (files.length === 0 && folder === '') {
    return (
      <p className="faint">
        This run has logged no artifacts. `mlflow.log_artifact("plot.png")` logs a file, `mlflow.log_figure(...)` a plot.
      </p>
    )
  }
  const to = (target: string) => ({
    to: '/experiments/$experimentId/runs/$runId' as const,
    params: { experimentId, runId: run_id },
    search: { tab: 'artifacts', ...(target !== '' && { path: target }) },
  })
  return (
    <div className="files">
      <nav aria-label="Files">
        <ul>
          {folder !== '' && (
            <li>
              <Link {...to(up)}>← {folder}</Link>
            </li>
          )}
          {files.map((file) => (
            <li key={file.path}>
              <Link {...to(file.path)} aria-current={file.path === path ? 'true' : undefined} activeProps={{}}>
                <span>
                  {file.path.split('/').at(-1)}
                  {file.is_dir && '/'}
                </span>
                <span className="faint number">{file.is_dir ? '' : bytes(file.file_size ?? 0)}</span>
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <section className="preview" aria-label="Preview">
        {chosen ? (
          <Preview run_id={run_id} path={chosen.path} size={chosen.file_size ?? 0} />
        ) : (
          <p className="faint">Choose a file to look at it.</p>
        )}
      </section>
    </div>
  )
}
