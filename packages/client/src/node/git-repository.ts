import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const REFS_DEEP_MAX = 5
const ID = /^[0-9a-f]{40}([0-9a-f]{24})?$/

/** A repository and the worktree that a folder is in. */
export type Repository = {
  /** The folder of the files. */
  readonly worktree: string
  /** What is the worktree's own: HEAD, index. */
  readonly git_dir: string
  /** What all worktrees share: refs, objects, config. */
  readonly common_dir: string
  readonly algorithm: 'sha1' | 'sha256'
  /** Its config, in lower case, as `section.name` → the last value. */
  readonly config: ReadonlyMap<string, string>
}

/** A file's text; undefined when there is none. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The repository that a folder is in: `.git` as a folder, or as a file that names one (worktrees, submodules). */
export function findRepository(folder: string): Repository | undefined {
  for (let worktree = resolve(folder); ; worktree = dirname(worktree)) {
    const git_dir = gitDirIn(worktree)
    if (git_dir !== undefined && existsSync(join(git_dir, 'HEAD'))) {
      const shared = textOf(join(git_dir, 'commondir'))?.trim()
      const common_dir = shared ? resolve(git_dir, shared) : git_dir
      const config = parseConfig(textOf(join(common_dir, 'config')) ?? '')
      const algorithm = config.get('extensions.objectformat') === 'sha256' ? 'sha256' : 'sha1'
      return { worktree, git_dir, common_dir, algorithm, config }
    }
    if (dirname(worktree) === worktree) return undefined
  }
}

function gitDirIn(folder: string): string | undefined {
  const path = join(folder, '.git')
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory()) return path
  const named = stat?.isFile() ? /^gitdir: (.+)$/m.exec(textOf(path) ?? '')?.[1] : undefined
  return named === undefined ? undefined : resolve(folder, named.trim())
}

function parseConfig(text: string): Map<string, string> {
  const values = new Map<string, string>()
  let section = ''
  for (const line of text.split('\n')) {
    const heading = /^\s*\[([^\]"\s]+)[^\]]*\]/.exec(line)?.[1]
    if (heading !== undefined) section = heading.toLowerCase()
    const [, name, value] = /^\s*([a-zA-Z][\w-]*)\s*(?:=\s*(.*?))?\s*$/.exec(line) ?? []
    if (name !== undefined) values.set(`${section}.${name.toLowerCase()}`, (value ?? 'true').toLowerCase())
  }
  return values
}

/** What HEAD names: a branch, if it is one, and the commit, if there is one yet. */
export function headOf(repository: Repository): { branch: string | undefined; commit: string | undefined } {
  const head = textOf(join(repository.git_dir, 'HEAD'))?.trim() ?? ''
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1]
  // The reftable format keeps refs in a binary table, and a HEAD that says nothing.
  if (repository.config.get('extensions.refstorage') === 'reftable') return { branch: undefined, commit: undefined }
  return { branch, commit: idOf(repository, head) }
}

function idOf({ git_dir, common_dir }: Repository, head: string): string | undefined {
  let value = head
  for (let deep = 0; deep < REFS_DEEP_MAX; deep++) {
    if (ID.test(value)) return value
    const name = /^ref: (refs\/.+)$/.exec(value)?.[1]
    if (name === undefined || name.split('/').includes('..')) return undefined
    const loose = textOf(join(git_dir, name)) ?? textOf(join(common_dir, name))
    const packed = (): string | undefined => {
      const line = (textOf(join(common_dir, 'packed-refs')) ?? '').split('\n').find((one) => one.endsWith(` ${name}`))
      return line?.split(' ')[0]
    }
    value = loose?.trim() ?? packed() ?? ''
  }
  return undefined
}
