/** A batch of metrics under one key, with a param and a tag of the same name: all of it is kept, or none. */
type Batch = { readonly key: string; readonly points: number; acknowledged: boolean }
type Single = { readonly kind: 'metrics' | 'params' | 'tags'; readonly key: string; acknowledged: boolean }
/** A run whose making was acknowledged, and what was sent for it afterwards. */
type Run = { readonly run: string; readonly round: string; readonly singles: Single[]; readonly batches: Batch[] }
type Entry = { readonly key: string; readonly value: string | number }
type FoundRun = { info: { run_id: string }; data: { metrics?: Entry[]; params?: Entry[]; tags?: Entry[] } }

const POINTS = 200
const VALUE = 0.5
const SECOND_LOOK_MS = 300

/** The server answered, and not with 200: no death of the server explains that. */
class Refused extends Error {}

/** Sends JSON to a server's tracking API. @throws when it doesn't answer, or not with 200. */
export async function call<T>(url: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Refused(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`)
  return JSON.parse(text) as T
}

/** What was written and what of it was acknowledged, to be held against a server that was killed meanwhile. */
export class Ledger {
  readonly runs: Run[] = []
  readonly #experiment: string

  constructor(experiment: string) {
    this.#experiment = experiment
  }

  get acknowledged(): number {
    const count = (entries: readonly { acknowledged: boolean }[]) => entries.filter((entry) => entry.acknowledged).length
    return this.runs.reduce((sum, run) => sum + 1 + count(run.singles) + count(run.batches), 0)
  }

  /** Writes runs, one thing after the other, until the server is gone. @throws when it refuses a write instead */
  async writeUntilDeath(url: string, round: string): Promise<void> {
    try {
      while (true) await this.#writeRun(url, round)
    } catch (error) {
      if (error instanceof Refused) throw error
    }
  }

  async #writeRun(url: string, round: string): Promise<void> {
    const { run: made } = await call<{ run: FoundRun }>(url, 'POST', 'runs/create', {
      experiment_id: this.#experiment,
      start_time: Date.now(),
      tags: [
        { key: 'round', value: round },
        { key: 'made', value: 'whole' },
      ],
    })
    const run: Run = { run: made.info.run_id, round, singles: [], batches: [] }
    this.runs.push(run)
    for (let nth = 0; nth < 3; nth++) {
      await this.#single(url, run, 'metrics', `m${nth}`)
      await this.#single(url, run, 'params', `p${nth}`)
      await this.#single(url, run, 'tags', `t${nth}`)
      await this.batch(url, run, `b${nth}`)
    }
  }

  async #single(url: string, { run: run_id, singles }: Run, kind: Single['kind'], key: string): Promise<void> {
    const entry: Single = { kind, key, acknowledged: false }
    singles.push(entry)
    if (kind === 'metrics') await call(url, 'POST', 'runs/log-metric', { run_id, key, value: VALUE, timestamp: Date.now(), step: 0 })
    else await call(url, 'POST', kind === 'params' ? 'runs/log-parameter' : 'runs/set-tag', { run_id, key, value: key })
    entry.acknowledged = true
  }

  /** Logs a batch; `sent` below `POINTS` makes half a batch, which `problems` must find. */
  async batch(url: string, { run: run_id, batches }: Run, key: string, sent: number = POINTS): Promise<void> {
    const entry: Batch = { key, points: POINTS, acknowledged: false }
    batches.push(entry)
    const metrics = Array.from({ length: sent }, (_, step) => ({ key, value: step, timestamp: 1_000_000 + step, step }))
    await call(url, 'POST', 'runs/log-batch', { run_id, metrics, params: [{ key, value: key }], tags: [{ key, value: key }] })
    entry.acknowledged = true
  }

  /** Asks the server for every run since the given one (by number), and says what is missing and what is half there. */
  async problems(url: string, since = 0): Promise<string[]> {
    const problems: string[] = []
    for (const run of this.runs.slice(since)) {
      if ((await problemsOf(url, run)).length === 0) continue
      // PostgreSQL may still end a transaction whose client died, between two of our questions. What is lost or half there stays so.
      await new Promise((done) => setTimeout(done, SECOND_LOOK_MS))
      problems.push(...(await problemsOf(url, run)))
    }
    return problems
  }

  /** Every run of the experiment, whether its making was acknowledged or not, has both tags that it was made with. */
  async halfMadeRuns(url: string): Promise<string[]> {
    const problems: string[] = []
    let page_token: string | undefined
    do {
      const page: { runs?: FoundRun[]; next_page_token?: string } = await call(url, 'POST', 'runs/search', {
        experiment_ids: [this.#experiment],
        max_results: 1000,
        ...(page_token && { page_token }),
      })
      for (const { info, data } of page.runs ?? []) {
        const tags = new Set(data.tags?.map((tag) => tag.key))
        if (!tags.has('round') || !tags.has('made')) problems.push(`run ${info.run_id} was made without its tags`)
      }
      page_token = page.next_page_token
    } while (page_token)
    return problems
  }
}

async function problemsOf(url: string, { run, round, singles, batches }: Run): Promise<string[]> {
  const found = await call<{ run: FoundRun }>(url, 'GET', `runs/get?run_id=${run}`).catch((error) => {
    if (error instanceof Refused) return undefined
    throw error
  })
  if (!found) return [`run ${run} was acknowledged in round ${round} and is gone`]
  const { data } = found.run
  const problems = singles.map((single) => judgeSingle(single, data[single.kind]))
  for (const batch of batches) problems.push(await judgeBatch(url, run, batch, data))
  return problems.filter((problem) => problem !== undefined).map((problem) => `${problem} (run ${run} of round ${round})`)
}

function judgeSingle({ kind, key, acknowledged }: Single, entries: readonly Entry[] = []): string | undefined {
  const entry = entries.find((entry) => entry.key === key)
  if (!entry) return acknowledged ? `${kind} ${key} was acknowledged and is gone` : undefined
  return entry.value === (kind === 'metrics' ? VALUE : key) ? undefined : `${kind} ${key} is ${entry.value}`
}

async function judgeBatch(
  url: string,
  run: string,
  { key, points, acknowledged }: Batch,
  data: FoundRun['data'],
): Promise<string | undefined> {
  const path = `metrics/get-history?run_id=${run}&metric_key=${key}&max_results=25000`
  const { metrics = [] } = await call<{ metrics?: unknown[] }>(url, 'GET', path)
  const has = (entries: readonly Entry[] = []) => entries.some((entry) => entry.key === key)
  const parts = [has(data.metrics), has(data.params), has(data.tags)]
  if (metrics.length === points && parts.every(Boolean)) return undefined
  if (metrics.length === 0 && !parts.some(Boolean)) return acknowledged ? `batch ${key} was acknowledged and is gone` : undefined
  return `batch ${key} is half there: ${metrics.length} of ${points} points, [metric, param, tag] ${parts}`
}
