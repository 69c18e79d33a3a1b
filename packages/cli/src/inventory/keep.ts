import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { MillraceClient } from '@millrace/client'
import { asking } from '../signing/tracking.ts'
import type { Inventory } from './report.ts'

const AT_ONCE = 1_000
const NOT_READ_MAX = 1_000
const NAME_MAX = 256

/** What an inventory is called: where was looked, and on which machine where it is one's own. */
export const nameOf = (places: readonly string[]): string =>
  places
    .map((place) => (/^[a-z][a-z0-9+]*:\/\//.test(place) ? place : `${hostname()}:${resolve(place)}`))
    .join(', ')
    .slice(0, NAME_MAX)

/** Sends an inventory to the registry, which keeps it for its page; gives its id there. */
export async function keepInventory(registry: MillraceClient, name: string, { found, unread, looked_at }: Inventory): Promise<string> {
  return asking('The inventory was not kept', async () => {
    const not_read = unread.slice(0, NOT_READ_MAX).map(({ where, why }) => ({ where: where.slice(-4_096), why: why.slice(0, 1_000) }))
    const { report_id } = await registry.inventories.create({ name, looked_at, not_read })
    let from = 0
    do {
      const models = found.slice(from, from + AT_ONCE).map((one) => ({
        ...one,
        where: one.where.slice(-4_096),
        owner: one.owner.slice(0, 256),
        versions: one.versions.slice(0, 100),
        findings: one.findings.slice(0, 100),
      }))
      from += AT_ONCE
      await registry.inventories.addModels({ report_id, models, last: from >= found.length })
    } while (from < found.length)
    return report_id
  })
}
