import { api } from '../api.ts'
import { quoted } from '../filters.ts'
import { csvHead, csvLines, toJsonLines } from './export.ts'
import { asked, type RunSearch, TABLE } from './use-runs.ts'
import type { Column } from './view.ts'

export type ExportKind = 'csv' | 'jsonl'
/** How far it is; `total` while it is known. */
export type Progress = { readonly done: number; readonly total: number | undefined }

const PAGE_MAX = 500
const IDS_MAX = 1_000
const TEXT_MAX = 65_536
/** The server tells no more columns of a kind at once. */
export const COLUMNS_MAX = 499

const TYPES = { csv: 'text/csv', jsonl: 'application/jsonl' } as const

/**
 * All runs that a search finds, or some of them by their ids, as a file: asked for page by page, with texts in full, so that neither the
 * server nor this page holds more than a page of them as objects. @throws MillraceError; what `signal` says when somebody gives up
 */
export async function exportRuns(
  search: RunSearch,
  run_ids: readonly string[],
  columns: readonly Column[],
  kind: ExportKind,
  { signal, tell }: { signal: AbortSignal; tell: (progress: Progress) => void },
): Promise<Blob> {
  const parts: Blob[] = kind === 'csv' ? [new Blob([csvHead(columns)])] : []
  const filters = run_ids.length === 0 ? [search.filter] : idFilters(run_ids)
  let done = 0
  let total = run_ids.length || undefined
  for (const filter of filters) {
    for (let page_token: string | undefined = ''; page_token !== undefined; ) {
      const input = {
        ...search,
        filter,
        ...asked(columns),
        max_results: PAGE_MAX,
        text_max: TEXT_MAX,
        page_token,
        count: total === undefined,
      }
      const page: Awaited<ReturnType<typeof api.call<typeof TABLE>>> = await api.call(TABLE, input, { signal })
      parts.push(new Blob([kind === 'csv' ? csvLines(page.rows, columns) : toJsonLines(page.rows, columns)]))
      done += page.rows.length
      total ??= page.total
      tell({ done, total })
      page_token = page.next_page_token
    }
  }
  return new Blob(parts, { type: TYPES[kind] })
}

/** Filters that find runs by their ids: a filter has a length. */
const idFilters = (ids: readonly string[]): string[] =>
  Array.from({ length: Math.ceil(ids.length / IDS_MAX) }, (_, at) => {
    const some = ids.slice(at * IDS_MAX, (at + 1) * IDS_MAX)
    return `attributes.run_id IN (${some.map(quoted).join(', ')})`
  })
