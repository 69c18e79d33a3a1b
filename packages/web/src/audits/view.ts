/** What the page of one audit shows, as its address keeps it. */
export type View = {
  readonly show?: Show | undefined
  readonly weight?: Weight | undefined
  readonly category?: string | undefined
  readonly search?: string | undefined
}

export const SHOWS = ['open', 'new', 'gone', 'allowed'] as const
export type Show = (typeof SHOWS)[number]
export const WEIGHTS = ['critical', 'high', 'medium', 'low', 'info'] as const
export type Weight = (typeof WEIGHTS)[number]

const oneOf = <T extends string>(values: readonly T[], given: unknown): T | undefined => values.find((one) => one === given)

/** What of an address can be followed; the rest is left out. */
export function readAuditView(given: Record<string, unknown>): View {
  const view: View = {
    show: oneOf(SHOWS, given.show),
    weight: oneOf(WEIGHTS, given.weight),
    category: typeof given.category === 'string' && /^[A-Z_]+$/.test(given.category) ? given.category : undefined,
    search: typeof given.search === 'string' && given.search !== '' ? given.search : undefined,
  }
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined))
}
