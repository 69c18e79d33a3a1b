import { oneOf, onlyGiven, textOf } from '../address.ts'

/** What the inventory page shows, as its address keeps it. */
export type View = {
  readonly tab?: Tab | undefined
  readonly report?: string | undefined
  readonly status?: Status | undefined
  readonly search?: string | undefined
  readonly order?: Order | undefined
}

export const TABS = ['files', 'unregistered', 'unapproved'] as const
export type Tab = (typeof TABS)[number]
export const STATUSES = ['malicious', 'changed', 'unknown', 'known'] as const
export type Status = (typeof STATUSES)[number]
const ORDERS = ['status', 'where', 'kind', 'bytes', 'owner'] as const
export type Order = (typeof ORDERS)[number]

/** What of an address can be followed; the rest is left out. */
export function readInventoryView(search: Record<string, unknown>): View {
  return onlyGiven<View>({
    tab: oneOf(TABS, search.tab),
    report: textOf(search.report),
    status: oneOf(STATUSES, search.status),
    search: textOf(search.search),
    order: oneOf(ORDERS, search.order),
  })
}
