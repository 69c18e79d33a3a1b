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
    const siblings = parent === null ? undefined : children.get(parent)
    if (parent === null || parent === row.run_id || !here.has(parent)) roots.push(row)
    else if (siblings) siblings.push(row)
    else children.set(parent, [row])
  }
  const out: { row: Row; depth: number }[] = []
  const seen = new Set<string>()
  // Two runs may each name the other as their parent, and so have no root: they are shown all the same, after the others. A chain of
  // parents may be longer than a stack of calls, so this keeps its own.
  const next = [...roots, ...rows].reverse().map((row) => ({ row, depth: 0 }))
  for (let one = next.pop(); one; one = next.pop()) {
    const { row, depth } = one
    if (seen.has(row.run_id)) continue
    seen.add(row.run_id)
    out.push(one)
    for (const child of (children.get(row.run_id) ?? []).toReversed()) next.push({ row: child, depth: depth + 1 })
  }
  return out
}
