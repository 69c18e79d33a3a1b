import { oneOf, onlyGiven, textOf } from '../address.ts'

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

/** What of an address can be followed; the rest is left out. */
export function readAuditView(search: Record<string, unknown>): View {
  return onlyGiven<View>({
    show: oneOf(SHOWS, search.show),
    weight: oneOf(WEIGHTS, search.weight),
    category: typeof search.category === 'string' && /^[A-Z_]+$/.test(search.category) ? search.category : undefined,
    search: textOf(search.search),
  })
}
