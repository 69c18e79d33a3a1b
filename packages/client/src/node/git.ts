import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type IndexEntry, parseIndex } from './git-index.ts'
import { treeOf } from './git-objects.ts'
import { findRepository, headOf, type Repository, textOf } from './git-repository.ts'
import { treeOfIndex } from './git-tree.ts'

const LINK = 0o120000
const SUBMODULE = 0o160000
const KIND = 0o170000
const EXECUTABLE = 0o100

/** What git knows of a folder. */
export type GitFacts = {
  readonly commit: string
  /** Undefined when a commit is checked out and no branch. */
  readonly branch: string | undefined
  /** Whether a tracked file differs from the commit, staged or not; undefined when that can't be told. New files don't count. */
  readonly dirty: boolean | undefined
}

/**
 * Commit, branch and whether files were changed, by reading the repository's own files: git is neither needed nor started. Undefined
 * where there is no repository or no commit. It looks at every tracked file once, some microseconds each.
 */
export function gitFacts(folder: string): GitFacts | undefined {
  const repository = findRepository(folder)
  if (!repository) return undefined
  const { commit, branch } = headOf(repository)
  return commit === undefined ? undefined : { commit, branch, dirty: dirtyOf(repository, commit) }
}

function dirtyOf(repository: Repository, commit: string): boolean | undefined {
  try {
    const path = join(repository.git_dir, 'index')
    const { mtimeNs } = statSync(path, { bigint: true })
    const entries = parseIndex(readFileSync(path), repository.algorithm === 'sha256' ? 32 : 20)
    if (!entries) return undefined
    if (entries.some(({ stage, only_intended }) => stage !== 0 || only_intended)) return true
    const looked = entries.map((entry) => (entry.not_looked_at ? false : changed(repository, entry, mtimeNs)))
    if (looked.includes(true)) return true
    const tree = treeOf(repository, commit)
    if (tree !== undefined && tree !== treeOfIndex(entries, repository.algorithm)) return true
    return tree === undefined || looked.includes(undefined) ? undefined : false
  } catch {
    // A broken or unknown index, or a file that changes while it is read: nobody knows.
    return undefined
  }
}

/** Whether a file is another than in the index; undefined when a filter (Git LFS) stands between the two. */
function changed(repository: Repository, entry: IndexEntry, index_mtime_ns: bigint): boolean | undefined {
  const path = join(repository.worktree, entry.path)
  if ((entry.mode & KIND) === SUBMODULE) return submoduleChanged(path, entry.id)
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (!stat) return true
  const is_link = stat.isSymbolicLink()
  if (is_link !== ((entry.mode & KIND) === LINK) && repository.config.get('core.symlinks') !== 'false') return true
  if (!is_link && !stat.isFile()) return true
  const mode_counts = !is_link && repository.config.get('core.filemode') !== 'false'
  if (mode_counts && ((Number(stat.mode) & EXECUTABLE) !== 0) !== ((entry.mode & EXECUTABLE) !== 0)) return true
  const mtime_ns = BigInt(entry.mtime_s) * 1_000_000_000n + BigInt(entry.mtime_ns)
  const same_time = entry.mtime_ns === 0 ? stat.mtimeNs / 1_000_000_000n === BigInt(entry.mtime_s) : stat.mtimeNs === mtime_ns
  // What was written in the moment of the index, or after it, may have been written again unseen: git calls it racy.
  if (same_time && Number(stat.size % 2n ** 32n) === entry.size && mtime_ns < index_mtime_ns) return false
  const content = is_link ? Buffer.from(readlinkSync(path)) : readFileSync(path)
  if (blobId(content, repository.algorithm) === entry.id) return false
  const unix = Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
  if (unix.length < content.length && blobId(unix, repository.algorithm) === entry.id) return false
  return filtered(repository) ? undefined : true
}

const blobId = (content: Buffer, algorithm: string): string =>
  createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest('hex')

const filtered = ({ worktree, common_dir }: Repository): boolean =>
  [join(worktree, '.gitattributes'), join(common_dir, 'info', 'attributes')].some((path) => /\bfilter=/.test(textOf(path) ?? ''))

/** A submodule counts by its commit; one that is not checked out is as it should be. */
function submoduleChanged(path: string, id: string): boolean {
  const inner = findRepository(path)
  return inner !== undefined && inner.worktree === path && headOf(inner).commit !== id
}
