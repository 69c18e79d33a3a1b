import type { Reader } from '../../db/handles.ts'
import { stream } from '../../http/endpoint.ts'
import { openEventStream } from '../../http/event-stream.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { shownExperiments } from '../experiments/index.ts'
import { stateOfExperiments } from './live-store.ts'
import { type Change, LiveWatch } from './live-watch.ts'

const NAMES_MAX = 100
const OPEN_MAX_S = 60
const TICK_MS = 1_000

const watches = new WeakMap<object, Map<number, LiveWatch>>()

function watchOf(db: Reader, experiment: number): LiveWatch {
  const known = watches.get(db.identity) ?? new Map<number, LiveWatch>()
  watches.set(db.identity, known)
  const watch = known.get(experiment) ?? new LiveWatch(db, experiment, () => known.delete(experiment))
  known.set(experiment, watch)
  return watch
}

/** What happens, as server-sent events: a browser gets changes pushed, and after a break those that it missed. */
export const liveRuns = stream({
  route: 'GET /api/2.0/millrace/runs/live',
  summary: 'Watch the runs of an experiment, or the list of experiments, as server-sent events',
  access: { filtered: 'experiments' },
  answers:
    'text/event-stream. `change`: {runs, points, noted, names} of an experiment, with an id to go on from (`Last-Event-ID`): runs that ' +
    'have another name or state, new points, runs whose params or tags are others, whether a run has logged new names; `reset`: more was ' +
    'missed than is kept, ask anew; `experiments`: an experiment or a run came, went or was renamed. It ends after `open_s`; come again.',
  input: object({
    experiment_id: optional(string({ max: 256, description: 'Without it, the list of experiments is watched' })),
    metrics: withDefault(array(string({ max: 250 }), { max: NAMES_MAX, description: 'Those whose new points are told' }), []),
    params: withDefault(array(string({ max: 250 }), { max: NAMES_MAX, description: 'Those whose changes are told' }), []),
    tags: withDefault(array(string({ max: 250 }), { max: NAMES_MAX, description: 'Those whose changes are told' }), []),
    run_id: optional(string({ max: 256, description: 'A run of the experiment of which all params and tags are watched' })),
    cursor: optional(string({ max: 64, description: 'The id of the last change that was heard, by who asks with other names now' })),
    open_s: withDefault(int64({ min: 0, max: OPEN_MAX_S }), OPEN_MAX_S),
  }),
  async handler({ experiment_id, metrics, params, tags, run_id, cursor, open_s }, { visible }, { db, headers, signal }) {
    let stop = (): void => {}
    const events = openEventStream(signal, () => stop())
    const open_ms = open_s * 1_000
    if (experiment_id === undefined) {
      let last = await stateOfExperiments(db, visible)
      const timer = setInterval(async () => {
        const state = await Promise.resolve(stateOfExperiments(db, visible)).catch(() => last)
        if (state !== last) events.send('experiments', {})
        last = state
      }, TICK_MS)
      stop = () => clearInterval(timer)
      events.endAfter(open_ms)
      return events.answer
    }
    const [experiment] = await shownExperiments(db, [experiment_id], visible)
    if (experiment === undefined) {
      events.endAfter(open_ms)
      return events.answer
    }
    const last = headers['last-event-id'] ?? cursor
    const listener = {
      metrics: new Set(metrics),
      params: new Set(params),
      tags: new Set(tags),
      run_id,
      tell: (change: Change | 'reset'): void => {
        if (change === 'reset') events.send('reset', {})
        else {
          const { id, ...told } = change
          events.send('change', told, id)
        }
      },
    }
    stop = await watchOf(db, experiment).listen(listener, typeof last === 'string' ? last : undefined)
    if (signal.aborted) stop()
    events.endAfter(open_ms)
    return events.answer
  },
})
