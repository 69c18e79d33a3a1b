import { command, query, type Reader, type Writer } from '../../db/handles.ts'
import type { Due } from './archive-traces.ts'

/** After which time traces are archived, as MLflow's file says it. */
export type Retention = {
  readonly keep_ms: number
  /** How long from one look to the next. */
  readonly interval_ms: number
  /** So many traces at one look. */
  readonly max?: number
  /** Experiments whose own tag may keep traces for longer; in others it can only shorten the time. */
  readonly may_keep_longer: ReadonlySet<string>
  /** A place that the file names: traces' spans are kept among the traces' own artifacts instead. */
  readonly unused_location?: string
}

/** An experiment's own retention, as a tag of MLflow's form: `{"type": "duration", "value": "7d"}`. */
const RETENTION_TAG = 'mlflow.trace.archivalRetention'
/** Asks for an experiment's traces at the next look, once: `{}`, or `{"older_than": "1d"}`. */
const NOW_TAG = 'mlflow.trace.archiveNow'
const INTERVAL_S = 300
const INTERVAL_MAX_S = 86_400
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

type Own = { experiment: number; of_workspace: string | null; retention: string | null; now: string | null }
const OWN = query<Own>(
  `select e.id as experiment, w.trace_retention as of_workspace, r.value as retention, n.value as now
   from experiment e join workspace w on w.id = e.workspace
   left join experiment_tag r on r.experiment = e.id and r.key = '${RETENTION_TAG}'
   left join experiment_tag n on n.experiment = e.id and n.key = '${NOW_TAG}'
   where w.trace_retention is not null or r.value is not null or n.value is not null`,
)
const ASKED_DONE = command(`delete from experiment_tag where experiment = ? and key = '${NOW_TAG}' and value = ?`)

/**
 * Reads MLflow's file of `--trace-archival-config`. YAML is loaded with the first one, and not with every start of the server.
 * @returns undefined when it says `enabled: false`
 * @throws Error with the field that is wrong
 */
export async function readRetention(text: string): Promise<Retention | undefined> {
  const { parse } = await import('yaml')
  const file: unknown = parse(text, { maxAliasCount: 0 })
  const rules = isObject(file) ? file.trace_archival : undefined
  if (!isObject(rules)) throw new Error('it needs trace_archival with enabled and retention.')
  const {
    enabled,
    retention,
    interval_seconds = INTERVAL_S,
    max_traces_per_pass: max,
    long_retention_allowlist: longer = [],
    location,
  } = rules
  if (typeof enabled !== 'boolean') throw new Error('trace_archival.enabled must be true or false.')
  const keep_ms = durationMs(retention)
  if (keep_ms === undefined) throw new Error("trace_archival.retention must be a number and one of m, h and d: '30d'.")
  if (!isWhole(interval_seconds) || interval_seconds > INTERVAL_MAX_S) {
    throw new Error(`trace_archival.interval_seconds must be a whole number from 1 to ${INTERVAL_MAX_S}.`)
  }
  if (max !== undefined && !isWhole(max)) throw new Error('trace_archival.max_traces_per_pass must be a whole number from 1.')
  if (!Array.isArray(longer) || longer.some((id) => typeof id === 'object')) {
    throw new Error('trace_archival.long_retention_allowlist must be a list of ids of experiments.')
  }
  if (!enabled) return undefined
  return {
    keep_ms,
    interval_ms: interval_seconds * 1000,
    ...(max !== undefined && { max }),
    may_keep_longer: new Set(longer.map(String)),
    ...(typeof location === 'string' && { unused_location: location }),
  }
}

/** What an experiment's tag asked for, to be taken off when it is done. */
export type Asked = { readonly experiment: number; readonly now: string }

/** Which traces are to be archived at this moment, and what was asked for in particular. */
export async function dueAt(db: Reader, rules: Retention, now_ms: number): Promise<{ due: Due; asked: readonly Asked[] }> {
  const of = new Map<number, number>()
  const asked: Asked[] = []
  for (const { experiment, of_workspace, retention, now } of await db.all(OWN)) {
    const broader_ms = durationMs(of_workspace) ?? rules.keep_ms
    const own_ms = durationMs(fieldOf(retention, 'value', 'duration'))
    const counts = own_ms !== undefined && (own_ms <= broader_ms || rules.may_keep_longer.has(String(experiment)))
    let before_ms = now_ms - (counts ? own_ms : broader_ms)
    const older_ms = now === null ? undefined : olderThan(now)
    if (now !== null && older_ms !== undefined) {
      asked.push({ experiment, now })
      before_ms = Math.max(before_ms, now_ms - older_ms)
    }
    of.set(experiment, before_ms)
  }
  return { due: { before_ms: now_ms - rules.keep_ms, of, ...(rules.max !== undefined && { max: rules.max }) }, asked }
}

/** Takes the tags off by which it was asked, unless somebody asked anew. */
export async function askedIsDone(tx: Writer, asked: readonly Asked[]): Promise<void> {
  for (const { experiment, now } of asked) await tx.run(ASKED_DONE, experiment, now)
}

/** `30d` in milliseconds; undefined when it is none. */
function durationMs(text: unknown): number | undefined {
  const [, count, unit] = (typeof text === 'string' && /^([1-9]\d{0,8})([mhd])$/.exec(text.trim())) || []
  return unit === undefined ? undefined : Number(count) * (UNIT_MS[unit] as number)
}

/** A tag that is not understood asks for nothing, as in MLflow. */
function olderThan(tag: string): number | undefined {
  const value = parsed(tag)
  if (!isObject(value)) return undefined
  return value.older_than === undefined || value.older_than === null ? 0 : durationMs(value.older_than)
}

function fieldOf(tag: string | null, field: string, type: string): unknown {
  const value = tag === null ? undefined : parsed(tag)
  return isObject(value) && value.type === type ? value[field] : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1
