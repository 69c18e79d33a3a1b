import { Link } from '@tanstack/react-router'
import { api, refresh, sentenceOf } from '../api.ts'
import { Menu } from '../parts/Menu.tsx'
import { say } from '../shell/Toasts.tsx'
import { ExportMenu } from './ExportMenu.tsx'
import { type Runs, TABLE } from './use-runs.ts'
import type { Column, Names } from './view.ts'

type Props = {
  chosen: ReadonlySet<string>
  choose: (chosen: ReadonlySet<string>) => void
  runs: Runs
  columns: readonly Column[]
  names: Names | undefined
  deleted: boolean
}

const COLUMNS = 'GET /api/2.0/millrace/runs/columns'

/** Does something with each run, and says whether it was done with all of them. */
async function each(ids: readonly string[], work: (run_id: string) => Promise<unknown>): Promise<boolean> {
  try {
    for (const run_id of ids) await work(run_id)
    return true
  } catch (error) {
    say(sentenceOf(error), { isProblem: true })
    return false
  } finally {
    await refresh(TABLE)
  }
}

function TagForm({ label, onTag }: { label: string; onTag: (key: string, value: string) => Promise<void> }) {
  const submit = (event: React.FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    void onTag(String(form.get('key')).trim(), String(form.get('value')))
  }
  return (
    <form onSubmit={submit} className="stack">
      <input name="key" required pattern=".*\S.*" aria-label="Name of the tag" placeholder="Name" autoComplete="off" />
      <input name="value" aria-label="Value of the tag" placeholder="Value" autoComplete="off" />
      <button type="submit">Tag {label}</button>
    </form>
  )
}

/** What can be done with the runs that are selected; and all that was found as a file. */
export function Selected({ chosen, choose, runs, columns, names, deleted }: Props) {
  const ids = [...chosen]
  const noun = ids.length === 1 ? 'run' : 'runs'
  const restore = (): Promise<boolean> => each(ids, (run_id) => api.runs.restore({ run_id }))
  const remove = async (): Promise<void> => {
    const isDone = await each(ids, (run_id) => api.runs.delete({ run_id }))
    choose(new Set())
    if (isDone) say(`${ids.length} ${noun} are in the trash.`, { undo: () => void restore() })
  }
  return (
    <>
      {ids.length > 1 && (
        <Link className="button" to="/compare" search={{ runs: ids.join(',') }}>
          Compare {ids.length}
        </Link>
      )}
      {ids.length > 0 && !deleted && (
        <Menu label="Tag">
          <TagForm
            label={`${ids.length} ${noun}`}
            onTag={async (key, value) => {
              if (await each(ids, (run_id) => api.runs.setTag({ run_id, key, value }))) say(`${ids.length} ${noun} are tagged ${key}.`)
              await refresh(COLUMNS)
            }}
          />
        </Menu>
      )}
      {ids.length > 0 && !deleted && (
        <button type="button" className="danger" onClick={remove}>
          Delete
        </button>
      )}
      {ids.length > 0 && deleted && (
        <button
          type="button"
          onClick={async () => {
            await restore()
            choose(new Set())
          }}
        >
          Bring back
        </button>
      )}
      <ExportMenu chosen={ids} runs={runs} columns={columns} names={names} />
    </>
  )
}
