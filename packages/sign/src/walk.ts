import { lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isUnder } from './coverage.ts'
import { SINGLE_FILE } from './digests.ts'
import { IGNORED_OF_GIT } from './oms.ts'
import { SignatureProblem } from './problem.ts'

/** A file of a model on this machine. */
export type ModelFile = { readonly path: string; readonly absolute: string; readonly size: number }

/** What of a folder belongs to the model. */
export type WalkRules = {
  /** Says of a path inside the model whether it is left out, with all below it. */
  readonly leaveOut?: (path: string) => boolean
  /** Whether files that are symbolic links are read; else one is a reason to stop. */
  readonly allow_symlinks?: boolean
}

const isOfGit = (path: string): boolean => isUnder(path, IGNORED_OF_GIT)

/** The files of a model, which is a folder or one file, and what was left out. @throws SignatureProblem */
export function modelFiles(
  path: string,
  { leaveOut = isOfGit, allow_symlinks = false }: WalkRules = {},
): {
  readonly files: readonly ModelFile[]
  readonly ignored: readonly string[]
} {
  if (!allow_symlinks && lstatSync(path).isSymbolicLink()) throw linked(path)
  const top = statSync(path)
  if (top.isFile()) return { files: [{ path: SINGLE_FILE, absolute: path, size: top.size }], ignored: [] }
  if (!top.isDirectory()) throw new SignatureProblem(`${path} is neither a file nor a folder.`)
  const files: ModelFile[] = []
  const ignored: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(join(path, folder), { withFileTypes: true })) {
      const inside = folder === '' ? entry.name : `${folder}/${entry.name}`
      const absolute = join(path, inside)
      if (entry.name.includes('\ufffd'))
        throw new SignatureProblem(`The name of ${absolute} is no UTF-8: it can't be written in a signature.`)
      if (leaveOut(inside)) ignored.push(inside)
      else if (entry.isDirectory()) folders.push(inside)
      else files.push({ path: inside, absolute, size: sizeOf(absolute, entry.isSymbolicLink(), allow_symlinks) })
    }
  }
  return { files, ignored: ignored.sort() }
}

function sizeOf(path: string, is_link: boolean, allow_symlinks: boolean): number {
  if (is_link && !allow_symlinks) throw linked(path)
  const stat = statSync(path)
  if (stat.isFile()) return stat.size
  if (is_link && stat.isDirectory()) {
    throw new SignatureProblem(
      `${path} is a symbolic link to a folder, whose files a signature would not cover: put the folder itself there.`,
    )
  }
  throw new SignatureProblem(`${path} is neither a file nor a folder.`)
}

const linked = (path: string): SignatureProblem =>
  new SignatureProblem(`${path} is a symbolic link: put the file itself there, or allow links to files (--allow-symlinks).`)
