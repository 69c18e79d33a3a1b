import { enumOf, type Schema } from '../../http/schema.ts'

const VIEW_TYPES = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] as const

/** Whether a search looks at what is active, what was deleted, or both. */
export type ViewType = (typeof VIEW_TYPES)[number]

const names = enumOf(VIEW_TYPES)

/** A {@link ViewType} by its name or, as protobuf's JSON allows, by its number. */
export const viewType: Schema<ViewType> = {
  ...names,
  decode: (raw) => names.decode(/^[123]$/.test(String(raw)) ? VIEW_TYPES[Number(raw) - 1] : raw),
}
