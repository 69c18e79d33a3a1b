import { join, resolve } from 'node:path'
import { Command } from 'commander'

const program = new Command('millrace')
program
  .command('server')
  .option('--host <host>', '', '127.0.0.1')
  .option('--port <port>', '', '5000')
  .action(async (options) => {
    const { startServer } = await import('@millrace/server')
    const data = resolve('millrace-data')
    const server = await startServer({
      host: options.host,
      port: Number(options.port),
      database: { kind: 'sqlite', file: join(data, 'millrace.db') },
      settings: {
        version: '3.17.2',
        default_artifact_root: 'mlflow-artifacts:/',
        serve_artifacts: true,
        artifacts_destination: join(data, 'artifacts'),
        static_prefix: '',
        allowed_hosts: [],
        cors_allowed_origins: [],
        x_frame_options: 'DENY',
        expose_prometheus: false,
      },
    })
    console.log(`Millrace serves on ${server.url}`)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close())
  })
await program.parseAsync()
