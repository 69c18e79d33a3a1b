import type { FileResult } from '../finding.ts'

/** A file to look at: where it is on this disk, and what it is called in reports. */
export type Wanted = { readonly index: number; readonly path: string; readonly file: string }

/** What the child says, a line each: that it begins with a file, and what came of it. */
export type Said = { readonly begins: number } | { readonly index: number; readonly result: FileResult }
