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
export const ORDERS = ['status', 'where', 'kind', 'bytes', 'owner'] as const
export type Order = (typeof ORDERS)[number]

const oneOf = <T extends string>(values: readonly T[], given: unknown): T | undefined => values.find((one) => one === given)
const text = (given: unknown): string | undefined => (typeof given === 'string' && given !== '' ? given : undefined)

/** What of an address can be followed; the rest is left out. */
export function readInventoryView(given: Record<string, unknown>): View {
  const view: View = {
    tab: oneOf(TABS, given.tab),
    report: text(given.report),
    status: oneOf(STATUSES, given.status),
    search: text(given.search),
    order: oneOf(ORDERS, given.order),
  }
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined))
}
