/** Emptying the trash: what was deleted long enough ago is removed for good. */
export { type Emptied, type Emptying, emptyTrash, measureTrash } from './empty-trash.ts'
export type { Selection } from './selection.ts'
