import { shownOf } from '../access/visible.ts'
import { read } from '../http/endpoint.ts'
import { invalid, missing } from '../http/errors.ts'
import { array, object, optional } from '../http/schema.ts'
import { experimentKey } from '../tracking/experiments/index.ts'
import { ExperimentId, Scorer } from './scorer.ts'
import { scorersOf, scorersOfMany } from './scorer-store.ts'
import { seenOf } from './seen.ts'

export const listScorers = read({
  route: 'GET /api/3.0/mlflow/scorers/list',
  summary: 'List the newest version of each scorer, of one experiment, of several, or of all',
  access: { filtered: 'scorers' },
  input: object({ experiment_id: optional(ExperimentId), experiment_ids: optional(array(ExperimentId, { max: 1_000 })) }),
  output: object({ scorers: array(Scorer) }),
  heavy: import.meta.url,
  async handler(db, { experiment_id, experiment_ids }, { visible }) {
    if (experiment_id !== undefined && experiment_ids !== undefined) {
      throw invalid("Cannot specify both 'experiment_id' and 'experiment_ids': name one experiment, or several.")
    }
    if (experiment_id !== undefined) {
      const key = experimentKey(experiment_id)
      if (key === undefined || (await shownOf(db, visible, [key])).length > 0) {
        return { scorers: await seenOf(db, visible, await scorersOf(db, experiment_id)) }
      }
      const scorers = await seenOf(db, visible, await scorersOfMany(db, [key]))
      // The same as of an experiment that is not there.
      if (scorers.length === 0) throw missing(`No Experiment with id=${experiment_id} exists.`)
      return { scorers }
    }
    const keys = experiment_ids?.map((id) => {
      const key = experimentKey(id)
      if (key === undefined) throw invalid(`Invalid experiment ID: '${id}' is no number.`)
      return key
    })
    return { scorers: await seenOf(db, visible, await scorersOfMany(db, keys)) }
  },
})
