// 100,000 events, a SIGKILL in the middle, and one byte changed (issue 5, proof 4).
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { query } from '../../db/handles.ts'
import { parseLocation } from '../../db/location.ts'
import { migrate } from '../../db/migrate.ts'
import { openDatabase } from '../../db/open.ts'
import { silent } from '../../http/log.ts'
import { holdKeys, keysInFile } from '../../secrets/index.ts'
import { postgresUri } from '../../testing/databases.ts'
import { newFolder } from '../../testing/folder.ts'
import { AuditLog, verify } from './index.ts'

const EVENTS = 100_000
const WRITER = new URL('../../testing/audit-writer.ts', import.meta.url).pathname
const COUNT = query<{ n: number }>("select count(*) n from audit_log where action = 'test'")

/** Writes events `from` to `to` in another process; gives how many were acknowledged when it ended, or was killed after `kill_at`. */
function write(uri: string, key_file: string, from: number, to: number, kill_at = Number.POSITIVE_INFINITY): Promise<number> {
  const args = ['--conditions=source', WRITER, key_file, String(from), String(to)]
  const child = spawn(process.execPath, args, { env: { ...process.env, AUDIT_WRITER_URI: uri }, stdio: ['ignore', 'pipe', 'inherit'] })
  let acknowledged = from
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
    const lines = said.split('\n')
    said = lines.pop() ?? ''
    acknowledged = Math.max(acknowledged, ...lines.map(Number))
    if (acknowledged >= kill_at) child.kill('SIGKILL')
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(acknowledged))
  })
}

/** Gives the database's URI back, filled and whole. */
async function filled(uri: string, key_file: string): Promise<void> {
  const db = await openDatabase(parseLocation(uri, {}))
  try {
    await migrate(db)
    holdKeys(db.reader, keysInFile(key_file))
    const killed_at = await write(uri, key_file, 0, EVENTS, EVENTS / 2)
    assert.ok(killed_at >= EVENTS / 2 && killed_at < EVENTS, `killed at ${killed_at}`)
    const after = await verify(db.reader)
    assert.deepEqual(after.problems, [], 'after the kill')
    // The next process links what the killed one left.
    const audit = new AuditLog(db, silent)
    await audit.flush()
    const linked = (await db.reader.get(COUNT))?.n ?? 0
    assert.ok(linked >= killed_at, `${linked} of ${killed_at} acknowledged events are there`)
    assert.equal(await write(uri, key_file, linked, EVENTS), EVENTS)
    await audit.flush()
    const { entries, waiting, signatures, problems } = await verify(db.reader)
    assert.deepEqual([entries, waiting, signatures, problems], [EVENTS, 0, true, []])
  } finally {
    await db.close()
  }
}

async function problems(uri: string, key_file: string): Promise<readonly string[]> {
  const db = await openDatabase(parseLocation(uri, {}))
  try {
    holdKeys(db.reader, keysInFile(key_file))
    return (await verify(db.reader)).problems
  } finally {
    await db.close()
  }
}

test('100,000 events with a SIGKILL in the middle are whole; one byte changed in the file is found and named (SQLite)', {
  timeout: 180_000,
}, async () => {
  const dir = newFolder('audit')
  const file = join(dir, 'audit.db')
  const key_file = join(dir, 'key')
  await filled(`sqlite:///${file}`, key_file)
  const bytes = readFileSync(file)
  // Once in the table and once in its index: both are changed, as somebody would who knows of it.
  for (let at = bytes.indexOf('thing-077777'); at >= 0; at = bytes.indexOf('thing-077777', at + 1)) {
    const open = openSync(file, 'r+')
    writeSync(open, '8', at + 'thing-07777'.length)
    closeSync(open)
  }
  const [problem, ...more] = await problems(`sqlite:///${file}`, key_file)
  assert.match(problem ?? '', /^entry 77778 \(.*on run thing-077778\) was changed/)
  assert.deepEqual(more, [])
})

test('100,000 events with a SIGKILL in the middle are whole; one letter changed in a row is found and named (PostgreSQL)', {
  timeout: 240_000,
}, async () => {
  const dir = newFolder('audit')
  const name = `audit_${randomBytes(6).toString('hex')}`
  const uri = new URL(postgresUri())
  const admin = new pg.Client({ connectionString: uri.href })
  await admin.connect()
  await admin.query(`create database ${name}`)
  uri.pathname = `/${name}`
  try {
    await filled(uri.href, join(dir, 'key'))
    const other = new pg.Client({ connectionString: uri.href })
    await other.connect()
    await other.query("update audit_log set target = 'thing-x' where target = 'thing-004242'")
    await other.end()
    const [problem, ...more] = await problems(uri.href, join(dir, 'key'))
    assert.match(problem ?? '', /^entry \d+ \(.*on run thing-x\) was changed/)
    assert.deepEqual(more, [])
  } finally {
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
})
