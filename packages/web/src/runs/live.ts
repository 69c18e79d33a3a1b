import { useEffect } from 'react'
import { queries } from '../api.ts'
import type { Series } from '../charts/series.ts'
import { type ChangedRun, grown, type NewPoints, withChanges } from './news.ts'
import type { Row } from './use-runs.ts'

const TABLE = 'POST /api/2.0/millrace/runs/table'
const SERIES = 'POST /api/2.0/millrace/metrics/series'
const RUN = 'GET /api/2.0/mlflow/runs/get'
const ASKED_AGAIN_MS = 2_000
const METRICS_MAX = 60
// A line that grew to this many times what fits on a screen is asked for anew, thinned.
const GROWN_MAX = 2_000

type Change = { runs: ChangedRun[]; points: NewPoints[] }

/**
 * Keeps what is shown of an experiment's runs fresh by what the server tells: new points go into lines and cells as they are, and nothing
 * is asked for again but a run that is new. A tab that nobody looks at listens to nothing, and asks anew when somebody does.
 */
export function useLive(experiment_id: string, metrics: readonly string[]): void {
  const wanted = metrics.slice(0, METRICS_MAX).join('\n')
  useEffect(() => {
    const search = new URLSearchParams({ experiment_id })
    for (const name of wanted.split('\n').filter(Boolean)) search.append('metrics', name)
    return listen(`api/2.0/millrace/runs/live?${search}`, {
      change: (data) => take(data as Change),
      reset: () => {
        for (const route of [TABLE, SERIES, RUN]) void queries.invalidateQueries({ queryKey: [route] })
      },
    })
  }, [experiment_id, wanted])
}

/** Asks anew for what depends on which experiments and runs there are, when the server says that they are others. */
export function useLiveExperiments(...routes: readonly string[]): void {
  const wanted = routes.join('\n')
  useEffect(() => {
    const ask = (): void => {
      for (const route of wanted.split('\n')) askAgain(route)
    }
    return listen('api/2.0/millrace/runs/live', { experiments: ask, reset: ask })
  }, [wanted])
}

/** Listens while somebody looks. A browser has few connections to one host: tabs in the background keep none. */
function listen(path: string, hear: Readonly<Record<string, (data: unknown) => void>>): () => void {
  let source: EventSource | undefined
  let wasAway = false
  const follow = (): void => {
    if (document.visibilityState === 'hidden') {
      source?.close()
      source = undefined
      wasAway = true
    } else if (!source) {
      source = new EventSource(new URL(path, document.baseURI))
      for (const [name, act] of Object.entries(hear)) source.addEventListener(name, (event) => act(JSON.parse(event.data)))
      if (wasAway) hear.reset?.({})
    }
  }
  follow()
  document.addEventListener('visibilitychange', follow)
  return () => {
    document.removeEventListener('visibilitychange', follow)
    source?.close()
  }
}

const asked = new Map<string, number>()

/** Asks for something anew, soon, and not more often than every two seconds. */
function askAgain(route: string, of: Readonly<Record<string, unknown>> = {}): void {
  const key = JSON.stringify([route, of])
  if (asked.has(key)) return
  const again = (): void => {
    asked.delete(key)
    void queries.invalidateQueries({ queryKey: Object.keys(of).length === 0 ? [route] : [route, of] })
  }
  asked.set(key, window.setTimeout(again, ASKED_AGAIN_MS / 2))
}

type Asked = { queryKey: readonly unknown[] }
const inputOf = ({ queryKey }: Asked): Record<string, unknown> => (queryKey[1] ?? {}) as Record<string, unknown>

function take({ runs, points }: Change): void {
  for (const asked of queries.getQueryCache().findAll({ queryKey: [TABLE] })) {
    const { metrics = [] } = inputOf(asked) as { metrics?: readonly string[] }
    queries.setQueryData<{ pages: { rows: Row[] }[] } | undefined>(asked.queryKey, (old) =>
      old?.pages ? { ...old, pages: old.pages.map((page) => ({ ...page, rows: withChanges(page.rows, metrics, runs, points) })) } : old,
    )
  }
  const shown = new Set(
    queries
      .getQueryCache()
      .findAll({ queryKey: [TABLE] })
      .flatMap(({ state }) => ((state.data as { pages?: { rows: Row[] }[] } | undefined)?.pages ?? []).flatMap(({ rows }) => rows))
      .map(({ run_id }) => run_id),
  )
  if (runs.some(({ run_id, deleted }) => deleted || !shown.has(run_id))) askAgain(TABLE)
  for (const run_id of new Set([...runs, ...points].map((one) => one.run_id))) askAgain(RUN, { run_id })
  for (const asked of queries.getQueryCache().findAll({ queryKey: [SERIES] })) {
    const { metric_key, run_ids, end, x } = inputOf(asked) as { metric_key: string; run_ids: string[]; end?: number; x: 'step' | 'time' }
    const news = points.filter(({ key, run_id }) => key === metric_key && run_ids.includes(run_id))
    if (news.length === 0 || end !== undefined) continue
    queries.setQueryData<{ series: Series[] } | undefined>(asked.queryKey, (old) => old && { ...old, series: grown(old.series, news, x) })
    const longest = (asked.state.data as { series: Series[] } | undefined)?.series.some(({ values }) => values.length > GROWN_MAX)
    if (longest) askAgain(SERIES, { metric_key })
  }
}
