import { Link } from '@tanstack/react-router'
import { api, refresh, sentenceOf } from '../api.ts'
import { Menu } from '../parts/Menu.tsx'
import { saveAs } from '../parts/save.ts'
import { say } from '../shell/Toasts.tsx'
import { toCsv, toJsonLines } from './export.ts'
import type { Runs } from './use-runs.ts'
import type { Column } from './view.ts'

type Props = {
  chosen: ReadonlySet<string>
  choose: (chosen: ReadonlySet<string>) => void
  runs: Runs
  columns: readonly Column[]
  deleted: boolean
}

const TABLE = 'POST /api/2.0/millrace/runs/table'
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

/** What can be done with the runs that are selected; and the table as a file. */
export function Selected({ chosen, choose, runs, columns, deleted }: Props) {
  const ids = [...chosen]
  const noun = ids.length === 1 ? 'run' : 'runs'
  const restore = (): Promise<boolean> => each(ids, (run_id) => api.runs.restore({ run_id }))
  const remove = async (): Promise<void> => {
    const isDone = await each(ids, (run_id) => api.runs.delete({ run_id }))
    choose(new Set())
    if (isDone) say(`${ids.length} ${noun} are in the trash.`, { undo: () => void restore() })
  }
  const shown = ids.length > 0 ? runs.rows.filter(({ run_id }) => chosen.has(run_id)) : runs.rows
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
      <Menu label="Export">
        <p className="faint">
          {shown.length} {ids.length > 0 ? 'selected' : 'loaded'} {shown.length === 1 ? 'run' : 'runs'}, with the columns that are shown.
        </p>
        <div className="bar">
          <button type="button" onClick={() => saveAs('runs.csv', 'text/csv', toCsv(shown, columns))}>
            CSV
          </button>
          <button type="button" onClick={() => saveAs('runs.jsonl', 'application/jsonl', toJsonLines(shown, columns))}>
            JSON Lines
          </button>
        </div>
      </Menu>
    </>
  )
}
