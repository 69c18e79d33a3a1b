import type { Writer } from '../db/handles.ts'
import type { Caller } from './access.ts'
import type { Endpoint, Resource } from './endpoint.ts'
import { ApiError } from './errors.ts'
import { Refusal } from './refusal.ts'

/** What the audit log keeps of something that was done or tried. It never holds secrets, nor values of params, metrics and tags. */
export type AuditEntry = {
  readonly at_ms: number
  /** The endpoint's route, or a word for what has none: `login`. */
  readonly action: string
  readonly outcome: 'done' | 'denied' | 'failed'
  readonly who: { readonly name: string; readonly id: number; readonly address: string }
  /** What it was done to: the kind of thing and its id or name. */
  readonly on: { readonly kind: string; readonly id: string }
  /** For which workspace the request was; nothing where there are none, or where it is not about one. */
  readonly workspace?: string
  /** Counts, and a few short names. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>
}

/** Keeps entries: the one place where the audit log is plugged in. */
export type Audit = {
  /** In the commit of what the entry records. */
  record(tx: Writer, entry: AuditEntry): Promise<void> | void
  /** Of what has no commit: a denied read, a failed login, a download. It is written a moment later. */
  recordAlone(entry: AuditEntry): void
}

const TEXT_MAX = 200
const FIELDS_MAX = 12

// Of the input's texts only these may stand in an entry: names and switches that say what was done, none of which holds a value.
const TOLD = [
  'version',
  'alias',
  'stage',
  'status',
  'permission',
  'username',
  'role',
  'group',
  'new_name',
  'path',
  'token_id',
  'scope',
] as const

/** A request as its entry tells it; a workspace where there are any. */
export type Asked = {
  readonly caller: Caller
  readonly address: string
  readonly input: unknown
  readonly at_ms: number
  readonly workspace?: string | undefined
}

/** One request and its entry, which is worked out when it is written: in the commit of what it did, or alone. */
export class Recorded {
  readonly #audit: Audit
  readonly #endpoint: Endpoint
  readonly #caller: Caller
  readonly #address: string
  readonly #input: unknown
  readonly #at_ms: number
  readonly #workspace: string | undefined
  #written = false

  constructor(audit: Audit, endpoint: Endpoint, { caller, address, input, at_ms, workspace }: Asked) {
    this.#audit = audit
    this.#endpoint = endpoint
    this.#caller = caller
    this.#address = address
    this.#input = input
    this.#at_ms = at_ms
    this.#workspace = workspace
  }

  /** Does the work, and writes the entry in its transaction; of several transactions, in the first that is kept. */
  async with<T>(tx: Writer, work: (tx: Writer) => Promise<T>): Promise<T> {
    const output = await work(tx)
    if (this.#written) return output
    const entry = output instanceof Refusal ? this.#refused(output) : this.#done(output)
    if (entry === undefined) return output
    await this.#audit.record(tx, entry)
    tx.afterCommit(() => {
      this.#written = true
    })
    return output
  }

  /** Writes the entry of what has no commit, unless one was written. */
  alone(): void {
    if (this.#written) return
    this.#written = true
    this.#audit.recordAlone(this.#entry('done'))
  }

  /** Records that the caller may not, whether the answer says so or that there is no such thing. */
  unlessDenied<T>(allowed: Promise<T>): Promise<T> {
    return this.#watch(allowed, DENIALS)
  }

  /** Records that a handler said no: some know only while they work that a caller may not. */
  unlessForbidden<T>(answer: Promise<T>): Promise<T> {
    return this.#watch(answer, FORBIDDEN)
  }

  async #watch<T>(work: Promise<T>, codes: ReadonlySet<string>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof ApiError && codes.has(error.code) && !this.#written) {
        this.#written = true
        this.#audit.recordAlone(this.#entry('denied'))
      }
      throw error
    }
  }

  #done(output: unknown): AuditEntry | undefined {
    const entry = this.#entry('done', output)
    if (this.#endpoint.kind !== 'write' || !this.#endpoint.records) return entry
    const told = this.#endpoint.records(output)
    return told && { ...entry, detail: { ...entry.detail, ...told } }
  }

  #refused({ told }: Refusal): AuditEntry {
    const entry = this.#entry('denied')
    return { ...entry, detail: { ...entry.detail, ...told } }
  }

  #entry(outcome: AuditEntry['outcome'], output?: unknown): AuditEntry {
    const resources = resourcesOf(this.#endpoint, this.#input)
    const first = resources[0]
    const named = first === undefined ? { kind: 'server', id: '' } : namedBy(first)
    const made = madeIn(output)
    const counts = detailOf(this.#input, resources.length)
    // What is made within something else: the entry is on that, and tells what was made.
    const within = named.kind !== 'server' && made !== undefined && made.kind !== named.kind
    const detail = within ? { ...counts, made: `${made.kind} ${made.id}` } : counts
    return {
      at_ms: this.#at_ms,
      action: this.#endpoint.route,
      outcome,
      who: { name: this.#caller.user, id: this.#caller.user_id, address: this.#address },
      on: named.kind === 'server' && made !== undefined ? made : named,
      ...(this.#workspace !== undefined && { workspace: this.#workspace }),
      ...(detail && { detail }),
    }
  }
}

const FORBIDDEN: ReadonlySet<string> = new Set(['PERMISSION_DENIED'])
const DENIALS: ReadonlySet<string> = new Set([...FORBIDDEN, 'RESOURCE_DOES_NOT_EXIST'])

function resourcesOf({ access }: Endpoint, input: unknown): readonly Resource[] {
  if (!('on' in access)) return []
  const on = access.on(input)
  return Array.isArray(on) ? on : [on as Resource]
}

function namedBy(resource: Resource): { kind: string; id: string } {
  for (const kind in resource) return { kind, id: String((resource as Record<string, string>)[kind]).slice(0, TEXT_MAX) }
  return { kind: 'server', id: '' }
}

type Fields = Readonly<Record<string, unknown>>

// Where answers of endpoints that make something have its id.
const MADE: readonly (readonly [kind: string, ...path: string[]])[] = [
  ['run', 'run', 'info', 'run_id'],
  ['experiment', 'experiment_id'],
  ['registered_model', 'registered_model', 'name'],
  ['logged_model', 'model', 'info', 'model_id'],
  ['webhook', 'webhook', 'webhook_id'],
  ['user', 'user', 'username'],
  ['token', 'token', 'token_id'],
]

function madeIn(output: unknown): { kind: string; id: string } | undefined {
  for (const [kind, ...path] of MADE) {
    const id = path.reduce<unknown>((at, name) => (at as Fields | undefined)?.[name], output)
    if (typeof id === 'string') return { kind, id: id.slice(0, TEXT_MAX) }
  }
  return undefined
}

function detailOf(input: unknown, resources: number): Record<string, string | number | boolean> | undefined {
  const fields = (input ?? {}) as Fields
  let detail: Record<string, string | number | boolean> | undefined
  let kept = 0
  for (const name in fields) {
    const value = fields[name]
    if (Array.isArray(value)) {
      if (value.length === 0 || kept++ === FIELDS_MAX) continue
      detail ??= {}
      detail[name] = value.length
    }
  }
  for (const name of TOLD) {
    const value = fields[name]
    if (typeof value !== 'string' && typeof value !== 'number') continue
    detail ??= {}
    detail[name] = String(value).slice(0, TEXT_MAX)
  }
  if (resources > 1) detail = { ...detail, resources }
  return detail
}
