import { createHash } from 'node:crypto'
import type { IndexEntry } from './git-index.ts'

type Folder = { readonly files: Map<string, IndexEntry>; readonly folders: Map<string, Folder> }

/** The id of the tree that a commit of this index would have: what is staged differs from HEAD when the ids do. */
export function treeOfIndex(entries: readonly IndexEntry[], algorithm: string): string {
  const root: Folder = { files: new Map(), folders: new Map() }
  for (const entry of entries) {
    const parts = entry.path.split('/')
    const name = parts.pop() as string
    let folder = root
    for (const part of parts) {
      const next = folder.folders.get(part) ?? { files: new Map(), folders: new Map() }
      folder.folders.set(part, next)
      folder = next
    }
    folder.files.set(name, entry)
  }
  return idOf(root, algorithm)
}

function idOf({ files, folders }: Folder, algorithm: string): string {
  const lines = [
    ...[...files].map(([name, { mode, id }]) => ({ key: name, name, mode: mode.toString(8), id })),
    // A folder is sorted as if its name ended in a slash.
    ...[...folders].map(([name, folder]) => ({ key: `${name}/`, name, mode: '40000', id: idOf(folder, algorithm) })),
  ].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  const content = Buffer.concat(lines.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]))
  return createHash(algorithm).update(`tree ${content.length}\0`).update(content).digest('hex')
}
