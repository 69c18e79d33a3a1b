import type { Models } from './models.ts'

const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

type Series = {
  model: string
  version: string
  codes: Map<number, number>
  buckets: number[]
  seconds: number
  count: number
  feedback: number
  reward: number
}

/** Counts what is answered, per version, and writes it as Prometheus reads it. */
export class Metrics {
  readonly #series = new Map<string, Map<string, Series>>()

  readonly #more: (() => string[])[] = []

  /** Lines of others stand at the end. */
  also(lines: () => string[]): void {
    this.#more.push(lines)
  }

  /** A request for a model was answered. */
  count(model: string, version: string, status: number, seconds: number): void {
    const one = this.#of(model, version)
    one.codes.set(status, (one.codes.get(status) ?? 0) + 1)
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound)
    const at = bucket === -1 ? BOUNDS.length : bucket
    one.buckets[at] = (one.buckets[at] as number) + 1
    one.seconds += seconds
    one.count++
  }

  /** Somebody said how good an answer of a version was. */
  feedback(model: string, version: string, reward: number): void {
    const one = this.#of(model, version)
    one.feedback++
    one.reward += reward
  }

  #of(model: string, version: string): Series {
    const versions: Map<string, Series> = this.#series.get(model) ?? new Map()
    this.#series.set(model, versions)
    let one = versions.get(version)
    if (one === undefined) {
      one = {
        model,
        version,
        codes: new Map(),
        buckets: new Array(BOUNDS.length + 1).fill(0),
        seconds: 0,
        count: 0,
        feedback: 0,
        reward: 0,
      }
      versions.set(version, one)
    }
    return one
  }

  /** The text of `/metrics`. */
  text(models: Models): string {
    const all = [...this.#series.values()].flatMap((versions) => [...versions.values()])
    const lines = ['# HELP millrace_requests_total Requests that were answered.', '# TYPE millrace_requests_total counter']
    for (const one of all)
      for (const [code, count] of one.codes) lines.push(`millrace_requests_total{${labels(one)},code="${code}"} ${count}`)
    lines.push('# HELP millrace_request_seconds How long answering took.', '# TYPE millrace_request_seconds histogram')
    for (const one of all) {
      let sum = 0
      for (let at = 0; at <= BOUNDS.length; at++) {
        sum += one.buckets[at] as number
        lines.push(`millrace_request_seconds_bucket{${labels(one)},le="${BOUNDS[at] ?? '+Inf'}"} ${sum}`)
      }
      lines.push(
        `millrace_request_seconds_sum{${labels(one)}} ${one.seconds}`,
        `millrace_request_seconds_count{${labels(one)}} ${one.count}`,
      )
    }
    lines.push(...feedbackLines(all), ...rolloutLines(models), ...this.#more.flatMap((lines) => lines()))
    return `${lines.join('\n')}\n`
  }
}

function feedbackLines(all: readonly Series[]): string[] {
  const told = all.filter(({ feedback }) => feedback > 0)
  if (told.length === 0) return []
  return [
    '# HELP millrace_feedback_total Feedback that was sent on answers.',
    '# TYPE millrace_feedback_total counter',
    ...told.map((one) => `millrace_feedback_total{${labels(one)}} ${one.feedback}`),
    '# HELP millrace_feedback_reward Sum of the rewards of all feedback.',
    '# TYPE millrace_feedback_reward gauge',
    ...told.map((one) => `millrace_feedback_reward{${labels(one)}} ${one.reward}`),
  ]
}

function rolloutLines({ splits }: Models): string[] {
  if (splits.length === 0) return []
  const of = ({ name, version }: { name: string; version: string }): string => labels({ model: name, version })
  return [
    '# HELP millrace_canary_weight Of a hundred requests, how many the version of a rollout answers.',
    '# TYPE millrace_canary_weight gauge',
    ...splits.map(({ candidate, division }) => `millrace_canary_weight{${of(candidate)}} ${division.weight}`),
    '# HELP millrace_shadow_differing Copies in this step whose predictions were others than the stable version’s.',
    '# TYPE millrace_shadow_differing gauge',
    ...splits.map(({ candidate, counts }) => `millrace_shadow_differing{${of(candidate)}} ${counts.differing}`),
    '# HELP millrace_shadow_copies Copies of requests that the version of a rollout saw in this step.',
    '# TYPE millrace_shadow_copies gauge',
    ...splits.map(({ candidate, counts }) => `millrace_shadow_copies{${of(candidate)}} ${counts.compared}`),
  ]
}

const labels = ({ model, version }: Pick<Series, 'model' | 'version'>): string => `model="${escaped(model)}",version="${escaped(version)}"`

const escaped = (text: string): string => text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`))
