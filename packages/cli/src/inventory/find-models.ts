import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { openFile } from '@millrace/formats'
import { ConfigProblem } from '@millrace/server/config'
import type { Unread } from './found.ts'
import { modelKind } from './model-kind.ts'

/** A model file on this machine. */
export type ModelFileHere = { readonly path: string; readonly kind: string; readonly bytes: number; readonly owner: string }
export type Search = { readonly models: ModelFileHere[]; readonly unread: Unread[]; readonly looked_at: number }

/** What others put there, and what is kept of it: no models of the people whose folders these are. */
const SKIPPED = new Set(['node_modules', '.git', '.hg', '.svn', 'venv', '.venv', '__pycache__', '.tox', '.nox'])

/** Looks at every file below some paths, and says which are models by their content. Links are not followed. @throws ConfigProblem */
export async function findModels(paths: readonly string[], onFile: (looked_at: number, path: string) => void): Promise<Search> {
  const search = { models: [] as ModelFileHere[], unread: [] as Unread[], looked_at: 0 }
  const ownerOf = owners()
  const seen = new Set<string>()
  const open = paths.map((path) => resolve(path))
  for (const path of open) {
    if (!lstatSync(path, { throwIfNoEntry: false })) throw new ConfigProblem(`There is nothing at ${path}.`)
  }
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    try {
      const stat = lstatSync(path)
      if (stat.isDirectory()) {
        const entries = readdirSync(path, { withFileTypes: true })
        if (entries.some(({ name }) => name === 'pyvenv.cfg')) continue
        for (const entry of entries) if (!(entry.isDirectory() && SKIPPED.has(entry.name))) open.push(join(path, entry.name))
      } else if (stat.isFile()) {
        onFile(++search.looked_at, path)
        const kind = kindAt(path)
        if (kind !== undefined) search.models.push({ path, kind, bytes: stat.size, owner: ownerOf(stat.uid) })
        // Else a big folder would keep the process from ever telling how far it is, and from being stopped.
        if (search.looked_at % 64 === 0) await new Promise(setImmediate)
      }
    } catch (error) {
      search.unread.push({ where: path, why: (error as NodeJS.ErrnoException).code ?? (error as Error).message })
    }
  }
  search.models.sort((a, b) => (a.path < b.path ? -1 : 1))
  return search
}

function kindAt(path: string): string | undefined {
  const source = openFile(path)
  try {
    return modelKind(source, path.slice(path.lastIndexOf(sep) + 1))
  } finally {
    source.close()
  }
}

/** Names of users by their number, as this machine knows them. */
function owners(): (uid: number) => string {
  const names = new Map<number, string>()
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [name = '', , uid = ''] = line.split(':')
      if (/^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name)
    }
  } catch {
    // Not every system has that file: then the number says whose it is.
  }
  return (uid) => names.get(uid) ?? String(uid)
}
