import cluster from 'node:cluster'
import { describeLocation, readServerSetup, type ServerSetup, serverOptions } from '@millrace/server/config'
import { type Command, EXIT, type Told } from './command.ts'
import { logStream } from './log.ts'
import { onStop } from './stop.ts'

/** `millrace server`: takes what `mlflow server` takes. */
export const server: Command = {
  name: 'server',
  about: 'Run the tracking server',
  options: serverOptions,
  details:
    'Takes the flags and variables of mlflow server, so that a start script changes one word. Ctrl-C or SIGTERM stops it: requests that ' +
    'have begun are answered first, and a second Ctrl-C cuts them.',
  examples: [
    ['millrace server', 'on http://127.0.0.1:5000, SQLite and artifacts in ./millrace-data'],
    ['millrace server -p 8080 --backend-store-uri sqlite:////srv/ml/millrace.db', 'another port, the database elsewhere'],
    [
      'MILLRACE_DB_PASSWORD_FILE=/run/secrets/db millrace server --backend-store-uri postgresql://ml@db/ml -w 4',
      'PostgreSQL, four processes',
    ],
    ['millrace server --auth --host 0.0.0.0 --allowed-hosts ml.example.com', 'for others, who have to sign in'],
    ['millrace server --artifacts-destination s3://models/mlflow', 'artifacts in a bucket, handed through'],
  ],
  async run({ given, env }: Told) {
    const setup = readServerSetup(given, env)
    if (setup.workers > 1) {
      const { runAsPrimary, runAsWorker } = await import('./workers.ts')
      if (cluster.isWorker) return runAsWorker(setup)
      return runAsPrimary(setup)
    }
    const { startServer } = await import('@millrace/server')
    const running = await startServer({ ...setup.config, log: { level: setup.log_level, stream: logStream() } })
    for (const warning of setup.warnings) running.log.warn({}, warning)
    onStop({
      gently: async () => {
        await running.close()
        process.exit(EXIT.fine)
      },
    })
    process.stdout.write(greeting(setup, running.url) + firstLogin(setup, running.first_admin_token))
    return undefined
  },
}

/** How the admin of a new database signs in; nothing when there is no such token. */
export function firstLogin({ config }: ServerSetup, token: string | undefined): string {
  if (token === undefined) return ''
  const name = config.login?.admin_username ?? 'admin'
  return (
    `  First admin: ${name}, who has no password yet. This token is shown once, and works as the password for a day:\n    ${token}\n` +
    `  Set a password with \`millrace users set-password ${name}\`, or over the API; the token ends with that.\n`
  )
}

/** What a person wants to know first: where it is, where the data are, how to go on. */
export function greeting({ config }: ServerSetup, url: string): string {
  const { settings, database } = config
  const artifacts = settings.serve_artifacts ? settings.artifacts_destination : settings.default_artifact_root
  const storage = settings.artifacts_only ? `Artifacts: ${artifacts}` : `Database: ${describeLocation(database)}\n  Artifacts: ${artifacts}`
  return `Millrace serves on ${url}\n  ${storage}\n  Clients:  export MLFLOW_TRACKING_URI=${url}\n`
}
