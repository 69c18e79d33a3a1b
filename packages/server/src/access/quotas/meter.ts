import type { UserQuota } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import type { Caller } from '../../http/access.ts'
import { ApiError } from '../../http/errors.ts'
import type { Bytes, Quotas, Upload } from '../../http/quota.ts'
import { Bucket, Slots } from './buckets.ts'
import { addUse, allQuotas, EVERYONE, forgetUseBefore, type Limits, type Scope, takeUse, usedOn } from './quota-store.ts'

const BELIEVED_MS = 2_000
const DAY_MS = 86_400_000
const KEPT_DAYS = 40

/** A limit that holds for a caller, and whose it is. */
type Held = { readonly scope: Scope; readonly target: number; readonly limits: Limits }
type Taken = { readonly scope: Scope; readonly target: number; readonly bytes: number }

const changed = new WeakMap<object, () => void>()

/** Quotas were changed in this process: they count from now on. Others notice within two seconds. */
export const quotasChanged = (database: object): void => changed.get(database)?.()

/**
 * Holds accounts and workspaces to their quotas. Requests and uploads at a time are counted in each process by itself; the bytes of a day
 * are in the database, for all. Without any quota a request costs a comparison.
 */
export class QuotaMeter implements Quotas {
  readonly #db: Database
  readonly #requests = new Bucket()
  readonly #uploads = new Slots()
  readonly #given: readonly (readonly [string, Limits])[]
  #quotas: ReadonlyMap<string, Limits> = new Map()
  #read_ms = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  /** @param users what holds for accounts as long as admins have set nothing */
  constructor(db: Database, users: UserQuota = {}) {
    this.#db = db
    const { requests_per_second = null, concurrent_uploads = null, upload_bytes_per_day = null } = users
    const limited = Object.keys(users).length > 0
    this.#given = limited ? [[`user ${EVERYONE}`, { requests_per_second, concurrent_uploads, upload_bytes_per_day }]] : []
    changed.set(db.reader.identity, () => {
      this.#read_ms = Number.NEGATIVE_INFINITY
    })
  }

  count(caller: Caller, now_ms: number): Promise<void> | void {
    if (now_ms - this.#read_ms >= BELIEVED_MS) return this.#read(now_ms).then(() => this.#count(caller, now_ms))
    this.#count(caller, now_ms)
  }

  async beginUpload(caller: Caller, declared_bytes: number | undefined, now_ms: number): Promise<Upload> {
    await this.#read(now_ms)
    const held = this.#heldBy(caller)
    const places = this.#places(held)
    const day = Math.floor(now_ms / DAY_MS)
    try {
      const daily = held.filter(({ limits }) => limits.upload_bytes_per_day !== null)
      const max_bytes = await this.#take(daily, declared_bytes, day, now_ms)
      return this.#upload(daily, declared_bytes, max_bytes, day, now_ms, places)
    } catch (error) {
      for (const place of places) this.#uploads.leave(place)
      throw error
    }
  }

  async bytesOf(caller: Caller, now_ms: number): Promise<Bytes | undefined> {
    await this.#read(now_ms)
    const daily = this.#heldBy(caller).filter(({ limits }) => limits.upload_bytes_per_day !== null)
    if (daily.length === 0) return undefined
    const day = Math.floor(now_ms / DAY_MS)
    return {
      take: async (bytes) => {
        await this.#take(daily, bytes, day, now_ms)
      },
      giveBack: (bytes) =>
        this.#db.write(async (tx) => {
          for (const { scope, target } of daily) await addUse(tx, scope, target, day, -bytes)
        }),
    }
  }

  #read(now_ms: number): Promise<void> {
    if (now_ms - this.#read_ms < BELIEVED_MS) return Promise.resolve()
    this.#reading ??= allQuotas(this.#db.reader)
      .then((rows) => {
        this.#quotas = new Map([...this.#given, ...rows.map((row) => [`${row.scope} ${row.target}`, row] as const)])
        this.#read_ms = now_ms
      })
      .finally(() => {
        this.#reading = undefined
      })
    return this.#reading
  }

  #count(caller: Caller, now_ms: number): void {
    if (this.#quotas.size === 0) return
    for (const { scope, target, limits } of this.#heldBy(caller)) {
      const rate = limits.requests_per_second
      if (rate === null) continue
      const wait_ms = this.#requests.take(`${scope} ${target}`, rate, now_ms)
      if (wait_ms > 0) throw tooMany(`${whose(scope)} may make ${rate} requests a second`, wait_ms)
    }
  }

  /** The quotas of the caller: the account's and the workspace's, of their own or everyone's. Nobody and the local owner have none. */
  #heldBy({ user_id, workspace_id }: Caller): readonly Held[] {
    if (user_id === 0 || this.#quotas.size === 0) return []
    const held: Held[] = []
    for (const [scope, target] of [
      ['user', user_id],
      ['workspace', workspace_id],
    ] as const) {
      const limits = this.#quotas.get(`${scope} ${target}`) ?? this.#quotas.get(`${scope} ${EVERYONE}`)
      if (limits) held.push({ scope, target, limits })
    }
    return held
  }

  #places(held: readonly Held[]): string[] {
    const places: string[] = []
    for (const { scope, target, limits } of held) {
      const most = limits.concurrent_uploads
      if (most === null) continue
      const place = `${scope} ${target}`
      if (this.#uploads.enter(place, most)) places.push(place)
      else {
        for (const one of places) this.#uploads.leave(one)
        throw tooMany(`${whose(scope)} may make ${most} upload${most === 1 ? '' : 's'} at a time`, 1000)
      }
    }
    return places
  }

  /** Takes the declared bytes of each quota, or looks what is left; gives how many bytes there may be. */
  async #take(daily: readonly Held[], declared: number | undefined, day: number, now_ms: number): Promise<number> {
    for (const { scope, limits } of daily) {
      const most = limits.upload_bytes_per_day as number
      if (declared === undefined || declared <= most) continue
      throw new ApiError(
        'REQUEST_TOO_LARGE',
        `The upload of ${declared} bytes is larger than all that ${whose(scope)} may send in a day, ${most}.`,
      )
    }
    if (daily.length === 0) return Number.POSITIVE_INFINITY
    return this.#db.write(async (tx) => {
      let left = Number.POSITIVE_INFINITY
      for (const { scope, target, limits } of daily) {
        const most = limits.upload_bytes_per_day as number
        if (!(await takeUse(tx, scope, target, day, declared ?? 1, most))) throw dayIsFull(scope, most, day, now_ms)
        left = Math.min(left, most - (await usedOn(tx, scope, target, day)) + (declared ?? 1))
      }
      return declared ?? left
    })
  }

  #upload(
    daily: readonly Held[],
    declared: number | undefined,
    max_bytes: number,
    day: number,
    now_ms: number,
    places: readonly string[],
  ): Upload {
    let arrived = 0
    const tightest = daily[0]
    const most = tightest?.limits.upload_bytes_per_day ?? 0
    const taken: readonly Taken[] = daily.map(({ scope, target }) => ({ scope, target, bytes: declared ?? 1 }))
    return {
      max_bytes,
      exceeded: dayIsFull(tightest?.scope ?? 'user', most, day, now_ms),
      arrived(bytes) {
        arrived += bytes
      },
      end: async () => {
        for (const place of places) this.#uploads.leave(place)
        if (taken.every(({ bytes }) => bytes === arrived)) return
        await this.#db.write(async (tx) => {
          for (const { scope, target, bytes } of taken) await addUse(tx, scope, target, day, arrived - bytes)
          await forgetUseBefore(tx, day - KEPT_DAYS)
        })
      },
    }
  }
}

const whose = (scope: Scope): string => (scope === 'user' ? 'your account' : 'this workspace')

function tooMany(what: string, wait_ms: number): ApiError {
  const seconds = Math.max(1, Math.ceil(wait_ms / 1000))
  const message = `Too many at once: ${what}. Try again in ${seconds} s, or ask an admin for a larger quota.`
  return new ApiError('REQUEST_LIMIT_EXCEEDED', message, { headers: { 'retry-after': String(seconds) } })
}

function dayIsFull(scope: Scope, most: number, day: number, now_ms: number): ApiError {
  const seconds = Math.ceil(((day + 1) * DAY_MS - now_ms) / 1000)
  const message =
    `With this upload ${whose(scope)} would have sent more than the ${most} bytes that it may in a day (UTC). Nothing of it was kept: ` +
    'send it tomorrow, or ask an admin for a larger quota.'
  return new ApiError('REQUEST_LIMIT_EXCEEDED', message, { headers: { 'retry-after': String(seconds) } })
}
