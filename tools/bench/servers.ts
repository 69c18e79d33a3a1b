import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pythonWithMlflow } from '../../conformance/python.ts'
import type { Command } from './driver.ts'

const root = new URL('../..', import.meta.url).pathname

/** A server that takes part, and how it gets here. Each runs with the defaults that its own documentation gives, over SQLite. */
export type Server = { readonly title: string; readonly install: () => Command }

const FASTTRACKML = 'fasttrackml==0.6.0'

function fastTrackMl(): string {
  const venv = join(root, '.cache', 'fasttrackml')
  const program = join(venv, 'bin', 'fml')
  if (!existsSync(program)) {
    console.log(`installing ${FASTTRACKML} from PyPI into .cache/fasttrackml: a few minutes, once`)
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' })
    execFileSync(join(venv, 'bin', 'python'), ['-m', 'pip', 'install', '-q', FASTTRACKML], { stdio: 'inherit' })
  }
  return program
}

export const SERVERS: Readonly<Record<string, Server>> = {
  millrace: {
    title: 'Millrace',
    install: () => ({ command: [join(root, 'millrace'), 'server', '--port', '{port}'] }),
  },
  mlflow: {
    title: 'MLflow 3.17.2',
    install: () => ({
      command: [
        join(pythonWithMlflow(), '..', 'mlflow'),
        ...['server', '--host', '127.0.0.1', '--port', '{port}'],
        ...['--backend-store-uri', 'sqlite:///{dir}/mlflow.db', '--artifacts-destination', '{dir}/artifacts'],
      ],
      env: { MLFLOW_DISABLE_TELEMETRY: 'true' },
    }),
  },
  fasttrackml: {
    title: 'FastTrackML 0.6.0',
    install: () => ({
      command: [
        fastTrackMl(),
        ...['server', '--listen-address', '127.0.0.1:{port}'],
        ...['--database-uri', 'sqlite://{dir}/fasttrackml.db', '--default-artifact-root', '{dir}/artifacts'],
      ],
    }),
  },
}

/**
 * A program with the hot paths and nothing else, as `node PATH PORT DATABASE ARTIFACTS`: its figures are known from a quiet day, so
 * beside Millrace's they tell how slow the machine was.
 */
export const sketchAt = (path: string): Server => ({
  title: 'sketch (on a quiet day)',
  install: () => ({ command: [process.execPath, resolve(path), '{port}', '{dir}/sketch.db', '{dir}/artifacts'] }),
})
