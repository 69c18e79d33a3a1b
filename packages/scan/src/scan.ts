import { lstatSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Wanted } from './child/protocol.ts'
import { CHILD_LIMITS, type ChildLimits, inChild } from './child/run-child.ts'
import { type Ending, endingOf, type FileResult, worstOf } from './finding.ts'
import { Inspection } from './inspection.ts'
import { settleTensorFiles } from './models/tensor-files.ts'
import { RULES_VERSION, type RuleId } from './rules.ts'

/** A file to scan: where it is on this disk, and what it is called in the report. */
export type FileToScan = { readonly path: string; readonly file: string }

/** What a scan found out. */
export type ScanReport = {
  /** The worst ending of all files. */
  readonly ending: Ending
  readonly rules_version: string
  readonly files: readonly FileResult[]
  readonly bytes: number
  readonly took_ms: number
}

/** How far a scan is. */
export type Progress = { readonly done: number; readonly of: number; readonly file: string }

export type ScanOptions = {
  readonly limits?: ChildLimits
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal
}

const FILES_MAX = 1_000_000

/** Scans a file, or every file below a folder, in a process of its own. @throws the system's error when there is nothing */
export async function scanPath(path: string, options: ScanOptions = {}): Promise<ScanReport> {
  const started = performance.now()
  const root = resolve(path)
  const { files, results } = lstatSync(root).isDirectory() ? below(root) : single(root)
  const report = await scanFiles(files, [root], options)
  const all = [...report.files, ...results]
  return { ...report, files: all, ending: worstOf(all.map(({ ending }) => ending)), took_ms: performance.now() - started }
}

/** Scans files in a process that may read below `roots` and nowhere else. A file that ends the process is "not looked at". */
export async function scanFiles(files: readonly FileToScan[], roots: readonly string[], options: ScanOptions = {}): Promise<ScanReport> {
  const started = performance.now()
  const results: FileResult[] = []
  let done = 0
  const wanted = files.map(({ path, file }, index): Wanted => ({ index, path, file }))
  await inChild(wanted, roots, options.limits ?? CHILD_LIMITS, {
    ...(options.signal && { signal: options.signal }),
    onResult: (index, result) => {
      results[index] = result
      options.onProgress?.({ done: ++done, of: files.length, file: result.file })
    },
  })
  const settled = settleTensorFiles(results)
  return {
    ending: worstOf(settled.map(({ ending }) => ending)),
    rules_version: RULES_VERSION,
    files: settled,
    bytes: results.reduce((all, { bytes }) => all + bytes, 0),
    took_ms: performance.now() - started,
  }
}

type Found = { files: FileToScan[]; results: FileResult[] }

const single = (path: string): Found => classify(path, basename(path), { files: [], results: [] })

function below(root: string): Found {
  const found: Found = { files: [], results: [] }
  const open = ['']
  for (let folder = open.shift(); folder !== undefined; folder = open.shift()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) open.push(file)
      else classify(join(root, file), file, found)
      if (found.files.length > FILES_MAX) throw new Error(`${root} has more than ${FILES_MAX} files: scan its folders one by one.`)
    }
  }
  return found
}

/** A regular file is for the child; what else there is was never opened. */
function classify(path: string, file: string, found: Found): Found {
  const stat = lstatSync(path)
  if (stat.isFile()) found.files.push({ path, file })
  else if (stat.isSymbolicLink()) found.results.push(unread(file, 'file/link', 'a symbolic link'))
  else found.results.push(unread(file, 'file/unreadable', 'it is no regular file'))
  return found
}

function unread(file: string, rule: RuleId, evidence: string): FileResult {
  const inspection = new Inspection(file)
  inspection.found(rule, { member: '', evidence })
  return { ...inspection.result(0), ending: endingOf(inspection.findings) }
}
