import { adHocQuery, type Reader } from '../../db/handles.ts'
import { findKey } from '../entity-keys.ts'
import type { Fragment } from '../search/index.ts'

/** By which values runs are taken together. */
export type By = { readonly kind: 'params' | 'tags'; readonly name: string }
/** What the latest values of a metric are in a group; NaN is in none of these. */
export type Spread = { count: number; mean: number; std: number; min: number; max: number }

const NO_KEY = -1
const TABLE = { params: 'param', tags: 'tag' } as const

type Value = { v: string | null }

/** The values that some runs have, and how many runs have each, the most frequent first. @param found selects the runs' ids as `id` */
export async function countGroups(
  db: Reader,
  found: Fragment,
  { kind, name }: By,
  limit: number,
): Promise<{ v: string | null; n: number }[]> {
  const sql = `with found as (${found.sql}) select g.value v, count(*) n from found
    left join ${TABLE[kind]} g on g.run = found.id and g.key = ? group by g.value order by n desc, v limit ?`
  return db.all(adHocQuery<Value & { n: number }>(sql), ...found.values, (await findKey(db, name)) ?? NO_KEY, limit)
}

/** How the latest values of a metric are spread in each group. */
export async function spreadOf(db: Reader, found: Fragment, { kind, name }: By, metric: string): Promise<Map<string | null, Spread>> {
  const key = (await findKey(db, metric)) ?? NO_KEY
  const some = `with found as (${found.sql}) select m.value k from found
    join latest_metric m on m.run = found.id and m.key = ? and m.nan = 0 limit 1`
  const shift = (await db.get(adHocQuery<{ k: number }>(some), ...found.values, key))?.k
  if (shift === undefined || !Number.isFinite(shift)) return new Map()
  // Squares are of the distance to one of the values: those of large numbers that lie close together would cancel out.
  const sql = `with found as (${found.sql})
    select g.value v, count(*) n, avg(m.value - ?) mean, avg((m.value - ?) * (m.value - ?)) square, min(m.value) low, max(m.value) high
    from found join latest_metric m on m.run = found.id and m.key = ? and m.nan = 0
    left join ${TABLE[kind]} g on g.run = found.id and g.key = ? group by g.value`
  type Row = Value & { n: number; mean: number; square: number; low: number; high: number }
  const by = (await findKey(db, name)) ?? NO_KEY
  const rows = await db.all(adHocQuery<Row>(sql), ...found.values, shift, shift, shift, key, by)
  return new Map(
    rows.map(({ v, n, mean, square, low, high }) => {
      const variance = n > 1 ? (Math.max(0, square - mean * mean) * n) / (n - 1) : 0
      return [v, { count: n, mean: mean + shift, std: Math.sqrt(variance), min: low, max: high }]
    }),
  )
}
