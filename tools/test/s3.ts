import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inTurn } from '../in-turn.ts'
import { freePort } from './free-port.ts'

const root = new URL('../..', import.meta.url).pathname
const VERSION = 'v1.8.0'
const bin = join(root, '.cache', 'bin')
const program = join(bin, 'versitygw')

/** A server that speaks S3, over a new folder: Versity's gateway, which keeps to the protocol closely. */
export type TestS3 = {
  /** The variables by which clients find it and sign in. */
  readonly env: Record<string, string>
  stop(): Promise<void>
}

/** Builds the gateway once, into `.cache/bin`. @throws when there is no Go: a missing piece is a failure, never a skip */
function build(): void {
  if (existsSync(program)) return
  console.log(`building versitygw ${VERSION} into .cache/bin: half a minute, once`)
  mkdirSync(bin, { recursive: true })
  try {
    execFileSync('go', ['install', `github.com/versity/versitygw/cmd/versitygw@${VERSION}`], { env: { ...process.env, GOBIN: bin } })
  } catch (error) {
    throw new Error('The tests of S3 need versitygw, which Go builds: install Go (go.dev), or put the program into .cache/bin.', {
      cause: error,
    })
  }
}

/** Starts an S3 server that knows one user, and no bucket yet. */
export async function startS3(): Promise<TestS3> {
  inTurn('versitygw', build)
  const dir = mkdtempSync(join(tmpdir(), 'millrace-s3-'))
  const port = await freePort()
  const [access, secret] = ['millrace-test', 'millrace-test-secret']
  const args = [
    '--port',
    `127.0.0.1:${port}`,
    '--access',
    access,
    '--secret',
    secret,
    '--quiet',
    'posix',
    '--sidecar',
    join(dir, 'meta'),
    join(dir, 'data'),
  ]
  mkdirSync(join(dir, 'data'))
  mkdirSync(join(dir, 'meta'))
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  for (const deadline = Date.now() + 10_000; ; ) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`versitygw did not start:\n${output}`)
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      break
    await new Promise((done) => setTimeout(done, 20))
  }
  return {
    env: { MLFLOW_S3_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: 'us-east-1' },
    async stop() {
      child.kill('SIGTERM')
      await exited
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
