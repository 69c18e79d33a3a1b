import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '../tools/test/free-port.ts'

const root = new URL('..', import.meta.url).pathname
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const WORKSPACES = ['sign', 'formats', 'scan', 'audit', 'runtime', 'server', 'client', 'cli']

/** The path of this run's Node comes first, since the installed command asks the PATH for one. */
const env = { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env.PATH}`, NODE_COMPILE_CACHE: '' }

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Builds and packs the packages and installs them where nothing else is, as `npm install millrace` would. */
function install(folder: string): void {
  run(process.execPath, [join(root, 'tools/build.ts')], root)
  const pack = ['pack', '--json', '--pack-destination', folder, ...WORKSPACES.flatMap((one) => ['-w', `packages/${one}`])]
  run('npm', pack, root)
  const names = WORKSPACES.map((one) => (one === 'cli' ? 'millrace' : `millrace-${one}`))
  const tarballs = names.map((name) => `./${name}-${version}.tgz`)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs], folder)
  // What better-sqlite3 compiles when it is installed was compiled once for this checkout: that will do.
  const compiled = 'node_modules/better-sqlite3/build'
  cpSync(join(root, compiled), join(folder, compiled), { recursive: true })
}

test('the packages work where they are installed without this repository', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-installed-'))
  try {
    install(folder)
    assert.ok(run('npx', ['millrace', '--version'], folder).includes(version))
    const port = await freePort()
    const server = spawn(join(folder, 'node_modules/.bin/millrace'), ['server', '--port', String(port)], {
      cwd: folder,
      env,
      stdio: 'ignore',
    })
    const ended = new Promise((resolve) => server.once('exit', resolve))
    try {
      const made = run(process.execPath, ['--input-type=module', '--eval', CLIENT, `http://127.0.0.1:${port}`], folder)
      assert.equal(made.trim(), 'installed')
    } finally {
      server.kill('SIGTERM')
      assert.equal(await ended, 0)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** The installed client asks the installed server, which may still be starting. */
const CLIENT = `
import { MillraceClient } from '@millrace/client'
const url = process.argv[1]
for (const deadline = Date.now() + 60_000; Date.now() < deadline && !(await fetch(url + '/health').catch(() => undefined)); ) {
  await new Promise((done) => setTimeout(done, 50))
}
const client = new MillraceClient({ url })
const { experiment_id } = await client.experiments.create({ name: 'installed' })
console.log((await client.experiments.get({ experiment_id })).experiment.name)
`
