import { read } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { array, object, optional, string } from '../../http/schema.ts'
import { judge } from './analysis.ts'
import { Figures, figuresOf } from './figures.ts'
import { measure } from './report-store.ts'
import { aliasFields, Rollout, RolloutEvent } from './rollout.ts'
import { eventsOf, lastRollout } from './rollout-store.ts'
import { eventToWire, planIn, rolloutToWire } from './to-wire.ts'

export const getRollout = read({
  route: 'GET /api/2.0/millrace/rollouts/get',
  summary: 'Get the rollout of an alias that goes on, or the last one, with its figures and all that happened to it',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object(aliasFields),
  output: object({
    rollout: Rollout,
    figures: optional(Figures),
    waits_for: optional(string({ description: 'What the step waits for' })),
    events: array(RolloutEvent),
  }),
  async handler(db, { name, alias }, { now_ms }) {
    const row = await lastRollout(db, name, alias)
    if (!row) throw missing(`Nothing was ever rolled out to the alias '${alias}' of '${name}'.`)
    const events = (await eventsOf(db, row)).map(eventToWire)
    if (row.ended_ms !== null) return { rollout: rolloutToWire(row), events }
    const measured = await measure(db, row)
    const { why } = judge(planIn(row), measured.stable, measured.candidate, row, now_ms - row.step_ms)
    return { rollout: rolloutToWire(row), figures: figuresOf(measured), waits_for: why, events }
  },
})
