import type { Output } from '@millrace/client'
import { Link } from '@tanstack/react-router'
import { api, refresh, sentenceOf } from '../api.ts'
import { Menu } from '../parts/Menu.tsx'
import { say } from '../shell/Toasts.tsx'
import { readView, type View } from './view.ts'

const GET = 'GET /api/2.0/mlflow/experiments/get'
// Tags of the experiment: who may read it sees its views, and who may edit it saves them.
const PREFIX = 'millrace.view.'

type Tags = Output<typeof GET>['experiment']['tags']

/** The views that were saved with an experiment, by their names; what can't be read is none. */
function savedViews(tags: Tags): { name: string; view: View }[] {
  return tags.flatMap(({ key, value }) => {
    if (!key.startsWith(PREFIX)) return []
    try {
      return [{ name: key.slice(PREFIX.length), view: readView(JSON.parse(value) as Record<string, unknown>) }]
    } catch {
      return []
    }
  })
}

/** Saves what is shown (filter, order, columns, charts) under a name, for all who see the experiment, and goes back to it. */
export function ViewsMenu({ experimentId, tags, view }: { experimentId: string; tags: Tags; view: View }) {
  const views = savedViews(tags)
  const tell = async (work: Promise<unknown>, done: string): Promise<void> => {
    try {
      await work
      await refresh(GET)
      say(done)
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
  }
  const save = (event: React.FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name')).trim()
    const tag = { experiment_id: experimentId, key: `${PREFIX}${name}`, value: JSON.stringify(readView({ ...view })) }
    void tell(api.experiments.setExperimentTag(tag), `The view “${name}” is saved for everybody who sees this experiment.`)
    event.currentTarget.reset()
  }
  return (
    <Menu label="Views">
      {views.length === 0 && <p className="faint">None is saved yet. A view is the filter, the order, the columns and the charts.</p>}
      {views.map(({ name, view: saved }) => (
        <div key={name} className="ordered">
          <Link to="/experiments/$experimentId" params={{ experimentId }} search={saved} title={name}>
            {name}
          </Link>
          <button
            type="button"
            className="quiet"
            aria-label={`Delete the view ${name}`}
            onClick={() =>
              void tell(
                api.call('POST /api/2.0/mlflow/experiments/delete-experiment-tag', {
                  experiment_id: experimentId,
                  key: `${PREFIX}${name}`,
                }),
                `The view “${name}” is deleted.`,
              )
            }
          >
            ✕
          </button>
        </div>
      ))}
      <form onSubmit={save} className="stack">
        <input
          name="name"
          required
          pattern="[\w .\-]*\S[\w .\-]*"
          maxLength={80}
          aria-label="Name of the view"
          placeholder="Name"
          autoComplete="off"
        />
        <button type="submit">Save this view</button>
      </form>
    </Menu>
  )
}
