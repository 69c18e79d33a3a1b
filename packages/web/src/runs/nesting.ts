import type { Row } from './use-runs.ts'

/** Runs as a table has them: children below their parents, to any depth; a run whose parent isn't loaded stands for itself. */
export function nested(rows: readonly Row[]): { row: Row; depth: number }[] {
  const parentOf = (row: Row): string | null => row.tags[0] ?? null
  if (rows.every((row) => parentOf(row) === null)) return rows.map((row) => ({ row, depth: 0 }))
  const here = new Set(rows.map(({ run_id }) => run_id))
  const children = new Map<string, Row[]>()
  const roots: Row[] = []
  for (const row of rows) {
    const parent = parentOf(row)
    if (parent === null || parent === row.run_id || !here.has(parent)) roots.push(row)
    else children.set(parent, [...(children.get(parent) ?? []), row])
  }
  const out: { row: Row; depth: number }[] = []
  const seen = new Set<string>()
  const add = (row: Row, depth: number): void => {
    if (seen.has(row.run_id)) return
    seen.add(row.run_id)
    out.push({ row, depth })
    for (const child of children.get(row.run_id) ?? []) add(child, depth + 1)
  }
  for (const row of roots) add(row, 0)
  // Two runs may each name the other as their parent: they are shown all the same.
  for (const row of rows) add(row, 0)
  return out
}
