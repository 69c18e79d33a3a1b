import { Link } from '@tanstack/react-router'
import { bytes } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { type Owner, useFiles } from './files.ts'
import { Preview } from './preview/Preview.tsx'

type Props = {
  readonly owner: Owner
  readonly path: string
  /** The place on the page that shows a path. */
  readonly at: { readonly experimentId: string; readonly runId: string; readonly search: { readonly tab: string; readonly model?: string } }
  /** What is said where there is no file. */
  readonly none: string
}

/** The files of a run or of a model that it logged: folders on the left, and what the chosen file holds. */
export function Artifacts({ owner, path, at, none }: Props) {
  const isFile = /\.[^/]+$|\/(MLmodel|Dockerfile)$|^MLmodel$/.test(path)
  const folder = isFile ? path.split('/').slice(0, -1).join('/') : path
  const found = useFiles(owner, folder)
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  const files = found.data.files
  const chosen = files.find((file) => file.path === path && !file.is_dir)
  const up = folder.split('/').slice(0, -1).join('/')
  if (files.length === 0 && folder === '') return <p className="faint">{none}</p>
  const to = (target: string) => ({
    to: '/experiments/$experimentId/runs/$runId' as const,
    params: { experimentId: at.experimentId, runId: at.runId },
    search: { ...at.search, ...(target !== '' && { path: target }) },
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
          <Preview owner={owner} path={chosen.path} size={chosen.file_size ?? 0} />
        ) : (
          <p className="faint">Choose a file to look at it.</p>
        )}
      </section>
    </div>
  )
}
