import { invalid } from '../../http/errors.ts'
import { array, double, int64, type Static, string, withDefault } from '../../http/schema.ts'

/** How a rollout goes: the fields that its start takes. */
export const planFields = {
  steps: withDefault(
    array(int64({ min: 0, max: 100 }), { min: 1, max: 20, description: 'The weight of the new version in each step, in percent, rising' }),
    [5, 25, 50, 100],
  ),
  step_seconds: withDefault(int64({ min: 0, max: 604_800, description: 'How long a step takes at least' }), 300),
  min_requests: withDefault(int64({ min: 1, max: 10_000_000, description: 'How many requests of the new version a step needs' }), 200),
  max_error_rise: withDefault(double({ description: 'By how much more of its requests may fail than of the stable version: 0.01' }), 0.01),
  max_latency_factor: withDefault(double({ description: 'How many times as long its slow requests (95 %) may take' }), 2),
  max_drift: withDefault(double({ description: 'How far its predictions may lie from those of the stable version, as PSI' }), 0.25),
  shadow_percent: withDefault(
    int64({ min: 0, max: 100, description: 'Of the requests that the stable version answers, how many the new one sees as copies' }),
    0,
  ),
}

/** How a rollout goes. */
export type Plan = { readonly [K in keyof typeof planFields]: Static<(typeof planFields)[K]> }

export const StartReason = withDefault(string({ max: 2_000, description: 'Why; it is kept and shown' }), '')

/** Takes the plan out of a request. @throws ApiError INVALID_PARAMETER_VALUE */
export function planOf(given: Plan): Plan {
  const { steps, step_seconds, min_requests, max_error_rise, max_latency_factor, max_drift, shadow_percent } = given
  if (steps.some((weight, at) => at > 0 && weight <= (steps[at - 1] as number))) {
    throw invalid(`'steps' must rise from each to the next, such as 5, 25, 50, 100; got ${steps.join(', ')}.`)
  }
  if (steps[0] === 0 && shadow_percent === 0) throw invalid("A step of weight 0 measures by copies alone: give 'shadow_percent' with it.")
  if (!(max_error_rise >= 0 && max_error_rise <= 1)) throw invalid("'max_error_rise' is a part of all requests, from 0 to 1.")
  if (!(max_latency_factor >= 1)) throw invalid("'max_latency_factor' is 1 at least.")
  if (!(max_drift >= 0)) throw invalid("'max_drift' is 0 at least.")
  return { steps, step_seconds, min_requests, max_error_rise, max_latency_factor, max_drift, shadow_percent }
}

/** What a plan must ask for at least, so that its end is a finished canary to a policy. */
const CANARY = { min_requests: 100, first_weight: 50, max_error_rise: 0.05 } as const

/** Why the end of this plan is no finished canary; undefined where it is one. */
export function tooWeakForCanary({ steps, min_requests, max_error_rise }: Plan): string | undefined {
  if (min_requests < CANARY.min_requests) return `a step needs ${CANARY.min_requests} requests at least (min_requests)`
  if (!steps.some((weight) => weight > 0 && weight <= CANARY.first_weight))
    return `a step of at most ${CANARY.first_weight} % must be there`
  if (steps.at(-1) !== 100) return 'the last step must be 100 %'
  if (max_error_rise > CANARY.max_error_rise) return `errors may rise by ${CANARY.max_error_rise} at most (max_error_rise)`
  return undefined
}
