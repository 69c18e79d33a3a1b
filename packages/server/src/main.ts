import type { Server } from 'node:http'
import { pino, stdTimeFunctions } from 'pino'
import { QuotaMeter } from './access/quotas/index.ts'
import { startLogin } from './access/start.ts'
import { buildApp } from './app.ts'
import { putPlacesOnRecord } from './artifacts/index.ts'
import { Auditor } from './audits/index.ts'
import type { Config } from './config.ts'
import { ConfigProblem } from './config-problem.ts'
import { migrate } from './db/migrate.ts'
import { mlflowNotice } from './db/mlflow-tables.ts'
import { openDatabase } from './db/open.ts'
import { withPage } from './docs/index.ts'
import { Drain } from './drain.ts'
import { AuditLog } from './events/audit/index.ts'
import { Courier } from './events/webhooks/index.ts'
import { type Log, silent } from './http/log.ts'
import { Registrar } from './registry/manifests/index.ts'
import { asksForPeople, readPolicy } from './registry/policy/index.ts'
import { Rescan, scanStep } from './registry/scans/index.ts'
import { TrustWatch } from './registry/signatures/index.ts'
import { holdKeys, ringOf } from './secrets/index.ts'
import { Archivist, readRetention } from './traces/index.ts'
import { requireNothingOutside } from './workspaces/index.ts'

export type RunningServer = {
  /** Where it listens, for a person: `http://127.0.0.1:5000`. */
  readonly url: string
  /** The server's log. */
  readonly log: Log
  /** By which the admin of a new database signs in first: for the terminal, and for no log. */
  readonly first_admin_token?: string
  /** Takes no more connections, answers the requests that have begun, and closes the database. */
  close(): Promise<void>
}

const DRAIN_MS = 300_000

/** Opens the database, brings its schema up to date, and listens. */
export async function startServer(told: Config): Promise<RunningServer> {
  const config = await withPolicy(told)
  const log = config.log ? pino({ level: config.log.level, base: null, timestamp: stdTimeFunctions.isoTime }, config.log.stream) : silent
  const db = await openDatabase(config.database)
  try {
    const notice = await mlflowNotice(db.reader)
    await migrate(db)
    if (!config.settings.workspaces) await requireNothingOutside(db.reader)
    if (!config.settings.artifacts_only) await putPlacesOnRecord(db, config.settings)
    holdKeys(db.reader, ringOf(config))
    const courier = new Courier(db, config.settings, log)
    const trust = await TrustWatch.open(db, config.signing, log)
    const registrar = new Registrar(db, config.settings, log, [scanStep(db, log)])
    const retention = await retentionOf(config)
    const archivist = retention && new Archivist(db, config.settings, retention, log)
    const rescan = new Rescan(db, config.settings, log)
    const auditor = new Auditor(db, config.settings, log, config.login !== undefined, config.audits)
    const { static_prefix, workspaces } = config.settings
    const walls = workspaces ? { default_is_open: config.login?.default_workspace_is_open === true } : undefined
    const login = config.login && (await startLogin(db, config.login, { static_prefix, log, ...(walls && { walls }) }))
    const audit = (config.settings.audit_log ?? login !== undefined) ? new AuditLog(db, log) : undefined
    const plugs = {
      ...(login && { authority: login.authority, quotas: new QuotaMeter(db, config.login?.user_quota) }),
      ...(audit && { audit }),
    }
    const settings = retention ? { ...config.settings, trace_archival: true } : config.settings
    const app = buildApp({ db, settings: withPage(settings), ...plugs }, log)
    const drain = new Drain(app.server as Server)
    if (notice) log.warn({}, notice)
    const url = await app.listen({ host: config.host, port: config.port })
    courier.start()
    audit?.start()
    registrar.start()
    rescan.start()
    trust.start()
    if (!config.settings.artifacts_only) auditor.start()
    archivist?.start()
    return {
      url: `${url}${config.settings.static_prefix}`,
      log,
      ...(login?.first_admin_token && { first_admin_token: login.first_admin_token }),
      async close() {
        await drain.finish(config.drain_ms ?? DRAIN_MS)
        await app.close()
        await audit?.stop()
        await courier.stop()
        await registrar.stop()
        await rescan.stop()
        await trust.stop()
        await auditor.stop()
        await archivist?.stop()
        await db.close()
      },
    }
  } catch (error) {
    await db.close().catch(() => {})
    throw error
  }
}

/** @throws ConfigProblem when the policy is not understood, or asks for people where nobody signs in */
async function withPolicy(config: Config): Promise<Config> {
  const { policy: given, login } = config
  if (!given) return config
  const policy = await readPolicy(given.text).catch((error: Error) => {
    throw new ConfigProblem(`The policy ${given.file} is not understood: ${error.message}`)
  })
  if (login || !asksForPeople(policy)) return { ...config, settings: { ...config.settings, policy } }
  throw new ConfigProblem(`The policy ${given.file} asks for approvals, and without login nobody has a name: add --auth.`)
}

/** @throws ConfigProblem when the file of --trace-archival-config is not understood */
async function retentionOf({ trace_archival: given, settings }: Config): ReturnType<typeof readRetention> {
  if (!given || settings.artifacts_only) return undefined
  return readRetention(given.text).catch((error: Error) => {
    throw new ConfigProblem(`The file ${given.file} of --trace-archival-config is not understood: ${error.message}`)
  })
}
