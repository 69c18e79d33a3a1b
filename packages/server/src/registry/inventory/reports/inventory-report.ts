import { array, enumOf, int64, object, optional, type Static, string } from '../../../http/schema.ts'

/** What a model that was found is to the registry, the worst first: as the database numbers them. */
export const STATUSES = ['malicious', 'changed', 'unknown', 'known'] as const
export type Status = (typeof STATUSES)[number]
export const Status = enumOf(STATUSES)

const LISTED_MAX = 100
const NAME_MAX = 1_000

export const ReportId = string({ min: 1, max: 64, description: "As the list of inventories tells it: 'in-...'" })

/** A model that was found somewhere, as `millrace inventory --json` tells it. */
export const FoundModel = object({
  status: Status,
  where: string({ max: 4_096, description: 'A path, an address of an object, or a name on another server' }),
  kind: string({ max: 64, description: 'What it is, by its content' }),
  bytes: optional(int64({ min: 0 })),
  owner: string({ max: 256 }),
  sha256: optional(string({ pattern: /^[0-9a-f]{64}$/ })),
  versions: array(string({ max: NAME_MAX }), {
    max: LISTED_MAX,
    description: 'Versions of the registry that have it, or whose file it seems to be another state of',
  }),
  known_in: optional(int64({ min: 0, description: 'In how many versions it is' })),
  scan: string({ max: 64, description: 'How a scan of it ended' }),
  findings: array(string({ max: 200 }), { max: LISTED_MAX, description: 'Rules of the findings that count' }),
})
export type FoundModel = Static<typeof FoundModel>

export const NotRead = object({ where: string({ max: 4_096 }), why: string({ max: 1_000 }) })
export type NotRead = Static<typeof NotRead>

/** An inventory without what it found. */
export const InventoryReport = object({
  report_id: string(),
  name: string({ description: 'Where was looked' }),
  kept_by: string(),
  made_ms: int64(),
  looked_at: int64({ description: 'How many files were looked at' }),
  counts: object({ malicious: int64(), changed: int64(), unknown: int64(), known: int64() }),
  not_read: int64({ description: 'How many files could not be read' }),
})
export type InventoryReport = Static<typeof InventoryReport>
