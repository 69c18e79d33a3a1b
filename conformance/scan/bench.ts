// `npm run bench:scan -- [ROUNDS] [--corpus]`: this scanner beside picklescan, modelscan, modelaudit and fickling, on the same files, one
// after the other; with --corpus, what each finds in the corpus as well, and with 0 rounds only that. Their programs come from the index
// that pip is set to, each into a venv of its own below .cache/scanners; without them, only ours is measured.
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { modern, proto, STOP } from '../../tools/corpus/assemble.ts'
import { raw } from '../../tools/corpus/case.ts'
import { corpus } from '../../tools/corpus/corpus.ts'
import { zip } from '../../tools/corpus/zip.ts'
import { DETECT, type Detect, detectionTable } from './detection.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const VENVS = process.env.MILLRACE_SCANNERS ?? join(ROOT, '.cache/scanners')
const ROUNDS = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 3)

type Scanner = { readonly name: string; readonly packages: readonly string[]; readonly command: (path: string) => readonly string[] }

const inVenv = (name: string, program: string): string => join(VENVS, name, 'bin', program)
const SCANNERS: readonly Scanner[] = [
  { name: 'millrace', packages: [], command: (path) => [join(ROOT, 'millrace'), 'scan', path] },
  { name: 'picklescan', packages: ['picklescan==1.0.5'], command: (path) => [inVenv('picklescan', 'picklescan'), '-p', path] },
  { name: 'modelscan', packages: ['modelscan==0.8.8', 'numpy'], command: (path) => [inVenv('modelscan', 'modelscan'), '-p', path] },
  {
    name: 'modelaudit',
    packages: ['modelaudit==0.2.54'],
    command: (path) => [inVenv('modelaudit', 'modelaudit'), 'scan', path, '--format', 'json'],
  },
  {
    name: 'fickling',
    packages: ['fickling==0.1.12', 'typing_extensions'],
    command: (path) => [inVenv('fickling', 'fickling'), '--check-safety', path],
  },
]

function install({ name, packages }: Scanner): boolean {
  if (packages.length === 0 || existsSync(inVenv(name, 'python'))) return true
  try {
    execFileSync('python3', ['-m', 'venv', join(VENVS, name)])
    execFileSync(inVenv(name, 'python'), ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The inputs of the table in docs/benchmarks.md. */
function inputs(folder: string): [string, string][] {
  const floats = Buffer.alloc(9 * 1_000_000)
  for (let at = 0; at < floats.length; at += 9) {
    floats[at] = 0x47
    floats.writeDoubleBE(Math.random(), at + 1)
  }
  const write = (name: string, bytes: Buffer): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const many = join(folder, 'many')
  mkdirSync(many)
  for (let at = 0; at < 200; at++) {
    writeFileSync(join(many, `${at}.pkl`), raw(`${proto(2)}(${'X\x05\x00\x00\x00helloK\x07'.repeat(600)}l${STOP}`))
  }
  const tensors = Array.from({ length: 100 }, (_, at) => ({ name: `archive/data/${at}`, data: randomBytes(2_000_000) }))
  return [
    ['1,000,000 operations (9 MB)', write('million.pkl', Buffer.concat([raw(`${proto(2)}](`), floats, raw('e.')]))],
    ['200 small pickles (1.4 MB)', many],
    ['PyTorch zip of 200 MB', write('big.pt', zip([{ name: 'archive/data.pkl', data: raw(`${proto(2)}}.`) }, ...tensors]))],
    ['200 MB of random bytes, called .pkl', write('random.pkl', randomBytes(200_000_000))],
    ['one call of os.system', write('evil.pkl', raw(modern(4, 'os', 'system')))],
  ]
}

type Measured = { readonly wall_s: number; readonly cpu_s: number; readonly memory_mb: number; readonly code: number | null }

// A scanner that takes longer than this has given up, as far as anybody who waits for it goes.
const PATIENCE_S = 120

/** The quickest of several runs, under GNU time, which tells of children as well. */
function measure(scanner: Scanner, path: string, cwd: string): Measured {
  const runs = Array.from({ length: ROUNDS }, (): Measured => {
    const [program = '', ...args] = scanner.command(path)
    const env = { ...process.env, NO_ANALYTICS: '1', PROMPTFOO_DISABLE_TELEMETRY: '1' }
    const { status, stderr } = spawnSync('/usr/bin/time', ['-f', 'measured %e %U %S %M', 'timeout', String(PATIENCE_S), program, ...args], {
      env,
      cwd,
      maxBuffer: 1 << 28,
    })
    const [, wall, user, system, kib] = /measured ([\d.]+) ([\d.]+) ([\d.]+) (\d+)/.exec(stderr.toString()) ?? []
    return { wall_s: Number(wall), cpu_s: Number(user) + Number(system), memory_mb: Number(kib) / 1024, code: status }
  })
  return runs.reduce((best, one) => (one.wall_s < best.wall_s ? one : best))
}

const folder = mkdtempSync(join(tmpdir(), 'scan-bench-'))
try {
  const installed = SCANNERS.filter(install)
  console.log(`| input | ${installed.map(({ name }) => name).join(' | ')} |`)
  console.log(`|---|${installed.map(() => '---|').join('')}`)
  for (const [what, path] of ROUNDS > 0 ? inputs(folder) : []) {
    const cells = installed.map((scanner) => {
      const { wall_s, cpu_s, memory_mb, code } = measure(scanner, path, folder)
      return `${wall_s.toFixed(2)} s, CPU ${cpu_s.toFixed(2)} s, ${memory_mb.toFixed(0)} MB, exit ${code}`
    })
    console.log(`| ${what} | ${cells.join(' | ')} |`)
  }
  if (process.argv.includes('--corpus')) {
    const scanners = installed.map(({ name, command }) => ({ name, detect: DETECT[name]?.(command('')[0] ?? '') as Detect }))
    const small = corpus().filter(({ bytes }) => bytes.length < 1_000_000)
    console.log(`\n${detectionTable(small, join(folder, 'corpus'), scanners)}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
