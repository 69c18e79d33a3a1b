import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inTurn } from '../tools/in-turn.ts'

const root = new URL('..', import.meta.url).pathname
const sources = new URL('clients/java/', import.meta.url).pathname

function works(command: string): boolean {
  try {
    execFileSync(command, ['-version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** @throws Error when Java or Maven is missing and can't be installed: a missing client is a failure, never a skip. */
function needJava(): void {
  const missing = ['javac', 'mvn'].filter((command) => !works(command))
  if (missing.length === 0) return
  if (process.getuid?.() !== 0) {
    throw new Error(
      `${missing.join(' and ')} can't be run: install a JDK and Maven (on Debian: apt-get install default-jdk-headless maven).`,
    )
  }
  console.log(`installing a JDK and Maven by apt-get, because ${missing.join(' and ')} can't be run: a few minutes, once`)
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'default-jdk-headless', 'maven'], { stdio: 'inherit', env })
}

/** Compiles our Java programs against MLflow's Java client from Maven Central, which stays in `.cache/java`; gives the class path. */
export const javaWithMlflow = (): string => inTurn('java', compile)

function compile(): string {
  needJava()
  const cache = join(root, '.cache', 'java')
  const jars = join(cache, 'jars')
  const mark = join(cache, 'installed.xml')
  const pom = readFileSync(join(sources, 'pom.xml'), 'utf8')
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== pom) {
    rmSync(cache, { recursive: true, force: true })
    mkdirSync(cache, { recursive: true })
    const args = ['-q', '-B', '-f', join(sources, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`]
    execFileSync('mvn', args, { stdio: ['ignore', 'inherit', 'inherit'] })
    writeFileSync(mark, pom)
  }
  const classes = join(cache, 'classes')
  const classPath = `${jars}/*`
  execFileSync('javac', ['-encoding', 'UTF-8', '-cp', classPath, '-d', classes, join(sources, 'TrackJava.java')], { stdio: 'pipe' })
  return `${classes}:${classPath}`
}
