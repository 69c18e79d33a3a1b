import type { Loader } from '../backend.ts'

/** What reads models, in the order in which they are asked. */
export const LOADERS: readonly Loader[] = []
