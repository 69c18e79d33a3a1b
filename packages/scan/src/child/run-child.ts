import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { FileResult } from '../finding.ts'
import { Inspection } from '../inspection.ts'
import type { Said, Wanted } from './protocol.ts'

/** How much a child may take. */
export type ChildLimits = {
  /** Of the whole process; one that takes more is ended. */
  readonly memory_max_bytes: number
  /** Of one file. */
  readonly file_max_ms: number
}

export const CHILD_LIMITS: ChildLimits = { memory_max_bytes: 2 * 1024 * 1024 * 1024, file_max_ms: 120_000 }

const WATCH_EVERY_MS = 100

/** What is told while files are looked at. */
export type Watching = { readonly onResult: (index: number, result: FileResult) => void; readonly signal?: AbortSignal }

/**
 * Looks at files in a child process that can read `roots` and do nothing else. A file at which the child dies, or which takes too long, is
 * "not looked at", and the next child goes on behind it.
 */
export async function inChild(wanted: readonly Wanted[], roots: readonly string[], limits: ChildLimits, watching: Watching): Promise<void> {
  let left = wanted
  while (left.length > 0) {
    const { done, died } = await oneChild(left, roots, limits, watching)
    left = left.slice(done)
    const [first] = left
    if (died === undefined || first === undefined) {
      if (first === undefined) return
      throw new Error('the scanning process ended early, and did not say why')
    }
    const inspection = new Inspection(first.file)
    inspection.found('file/unreadable', { member: '', evidence: died })
    watching.onResult(first.index, inspection.result(0))
    left = left.slice(1)
  }
}

type Outcome = { readonly done: number; readonly died: string | undefined }

async function oneChild(wanted: readonly Wanted[], roots: readonly string[], limits: ChildLimits, watching: Watching): Promise<Outcome> {
  const { signal } = watching
  signal?.throwIfAborted()
  const cache = compileCache()
  // Nothing of ours but where compiled code is kept, which takes two thirds off the start.
  const env = cache ? { NODE_COMPILE_CACHE: cache } : {}
  const child = spawn(process.execPath, argumentsOf(roots, limits, cache), { env, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] })
  let why: string | undefined
  let begun_ms = performance.now()
  let done = 0
  let said = ''
  const end = (reason: string): void => {
    why ??= reason
    child.kill('SIGKILL')
  }
  const watch = setInterval(() => {
    if (performance.now() - begun_ms > limits.file_max_ms) end(`it took longer than ${limits.file_max_ms / 1000} s`)
    else if (residentBytes(child.pid) > limits.memory_max_bytes) end(`it took more than ${limits.memory_max_bytes / 1048576} MiB of memory`)
  }, WATCH_EVERY_MS)
  const aborted = (): void => end('it was called off')
  signal?.addEventListener('abort', aborted)
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4000)
  })
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(wanted))
  const closed = new Promise<string | undefined>((settle) => {
    child.once('error', (error) => settle(error.message))
    child.once('close', (code, by) =>
      settle(code === 0 ? undefined : by ? `the scanner was ended by ${by}` : `the scanner failed: ${lastLine(said)}`),
    )
  })
  try {
    let begun = ''
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      const lines = `${begun}${chunk}`.split('\n')
      begun = lines.pop() ?? ''
      if (lines.length > 0) begun_ms = performance.now()
      for (const line of lines) {
        const told = JSON.parse(line) as Said
        if ('begins' in told) continue
        watching.onResult(told.index, told.result)
        done++
      }
      // It has no more to say, and its end is not waited for.
      if (done === wanted.length) return { done, died: undefined }
    }
    const died = await closed
    signal?.throwIfAborted()
    return { done, died: died === undefined ? undefined : (why ?? died) }
  } finally {
    clearInterval(watch)
    signal?.removeEventListener('abort', aborted)
    child.kill('SIGKILL')
  }
}

declare global {
  interface ImportMeta {
    /** In a bundle (tools/bundle of the checkout), where all programs are in one folder. */
    readonly bundled?: true
  }
}

// Else by its name in the package, so that it is found wherever this code is, in a bundle of somebody else too.
const entry = new URL(import.meta.bundled ? './child.cjs' : import.meta.resolve('@millrace/scan/child'), import.meta.url)

/**
 * Rights of the child: to read its own code and what is looked at. No network, no processes, no threads; and no writing from before the
 * first byte of what is looked at on: Node opens its cache of compiled code only where it may write, so the child begins with that right
 * and gives it up.
 */
function argumentsOf(roots: readonly string[], { memory_max_bytes }: ChildLimits, cache: string | undefined): string[] {
  return [
    ...process.execArgv.filter((one) => one.startsWith('--conditions=')),
    '--permission',
    ...[...codeFolders(), ...roots].map((path) => `--allow-fs-read=${path}`),
    ...(cache ? [`--allow-fs-read=${cache}`, `--allow-fs-write=${cache}`] : []),
    // A pickle's objects live as long as its reading: a young generation that holds them is not copied again and again.
    '--min-semi-space-size=32',
    `--max-old-space-size=${Math.floor(memory_max_bytes / 2 / 1048576)}`,
    '--no-warnings',
    entry.pathname,
  ]
}

/** Where the child's code is: this package, and the readers, by the way that imports go and by where that leads. */
function codeFolders(): string[] {
  if (import.meta.bundled) return [new URL('./', entry).pathname]
  const own = new URL('../../', entry)
  const readers = new URL('../', import.meta.resolve('@millrace/formats'))
  const ways: string[] = []
  for (let folder = own; ; folder = new URL('../', folder)) {
    const way = new URL('node_modules/@millrace/formats', folder).pathname
    ways.push(way)
    if (existsSync(way) || folder.pathname === '/') break
  }
  return [own.pathname, readers.pathname, ...ways]
}

/** Where compiled code is kept, if a child can give up writing there: Node lets go of rights from 26.5 on. */
function compileCache(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const can_drop = major > 26 || (major === 26 && minor >= 5)
  const { NODE_COMPILE_CACHE } = process.env
  if (!can_drop || !NODE_COMPILE_CACHE) return undefined
  const folder = resolve(NODE_COMPILE_CACHE)
  try {
    // A right to what is not there would not be one to what comes below it.
    mkdirSync(folder, { recursive: true })
    return folder
  } catch {
    return undefined
  }
}

function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096
  } catch {
    // Not every system tells; the heap's own limit stays.
    return 0
  }
}

const lastLine = (text: string): string =>
  text
    .trim()
    .split('\n')
    .findLast((line) => /Error|memory/i.test(line))
    ?.trim()
    .slice(0, 200) ?? 'it said nothing'
