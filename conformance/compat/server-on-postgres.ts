// `node server-on-postgres.ts server --backend-store-uri ... FLAGS`: makes a new PostgreSQL database and starts `millrace` over it, with
// all other flags as they are. MLflow's tests start a server each, and each expects an empty database.
// COMPAT_POSTGRES holds host:port of the server; PGUSER and PGPASSWORD are as libpq has them.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import pg from 'pg'

const at = process.env.COMPAT_POSTGRES
if (!at) throw new Error('COMPAT_POSTGRES is not set: `npm run compat -- --backend postgres` sets it.')
const [host, port] = at.split(':') as [string, string]
const database = `compat_${randomBytes(6).toString('hex')}`
const admin = new pg.Client({ host, port: Number(port), database: 'postgres' })
await admin.connect()
await admin.query(`create database ${database}`)
await admin.end()

const NAME = '--backend-store-uri'
const args = process.argv.slice(2)
const flag = args.findIndex((arg) => arg === NAME || arg.startsWith(`${NAME}=`))
if (flag < 0) throw new Error(`${NAME} is missing: it is what this program replaces.`)
const uri = `postgresql://${process.env.PGUSER ?? 'millrace'}@${host}:${port}/${database}`
args.splice(flag, args[flag] === NAME ? 2 : 1, NAME, uri)
const child = spawn(new URL('../../millrace', import.meta.url).pathname, args, { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))
