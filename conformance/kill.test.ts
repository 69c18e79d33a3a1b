// Acknowledged means durable (law 12), and one request is one transaction (law 7): proven from outside by ending the server with SIGKILL
// while eight clients write.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { startPostgres } from '../tools/test/postgres.ts'
import { call, Ledger } from './ledger.ts'
import { type StartedServer, startMillrace } from './server.ts'

const WRITERS = 8
const WRITING_MIN_MS = 60
const WRITING_MAX_MS = 440

type Start = () => Promise<StartedServer>

/** Kills the server `rounds` times under writers; after each start it asks for what was acknowledged before the kill. */
async function killRounds(start: Start, rounds: number, between: (round: number) => void): Promise<Ledger> {
  let server = await start()
  try {
    return await killAndAsk()
  } finally {
    // A server that a failed assertion left running would keep this process alive.
    if (server.process.exitCode === null) await server.stop('SIGKILL', true)
  }

  async function killAndAsk(): Promise<Ledger> {
    const { experiment_id } = await call<{ experiment_id: string }>(server.url, 'POST', 'experiments/create', { name: 'killed' })
    const ledger = new Ledger(experiment_id)
    for (let round = 0; round < rounds; round++) {
      const since = ledger.runs.length
      const { url } = server
      const before = ledger.acknowledged
      const writers = Array.from({ length: WRITERS }, (_, writer) => ledger.writeUntilDeath(url, `${round}.${writer}`))
      // Spread evenly over the span, in an order that is the same in each run of the test.
      const share = ((round * 7) % rounds) / rounds
      await new Promise((done) => setTimeout(done, WRITING_MIN_MS + share * (WRITING_MAX_MS - WRITING_MIN_MS)))
      // On a busy machine a server has not answered anybody by then, and its death would prove nothing.
      for (const deadline = Date.now() + 30_000; ledger.acknowledged <= before + WRITERS && Date.now() < deadline; ) {
        await new Promise((done) => setTimeout(done, 10))
      }
      await server.stop('SIGKILL', true)
      await Promise.all(writers)
      server = await start()
      assert.deepEqual(await ledger.problems(server.url, since), [], `after kill ${round}`)
      between(round)
    }
    // What was whole after its own kill is whole after all later ones.
    assert.deepEqual(await ledger.problems(server.url), [])
    assert.deepEqual(await ledger.halfMadeRuns(server.url), [])
    assert.ok(ledger.acknowledged > rounds * WRITERS, `only ${ledger.acknowledged} writes were acknowledged: the kills proved nothing`)
    await checkCanFail(server.url, ledger)
    assert.equal(await server.stop('SIGTERM', true), 0)
    console.log(`${ledger.acknowledged} acknowledged writes over ${rounds} kills, none lost`)
    return ledger
  }
}

/** The ledger finds a lost write, a lost batch and half a batch: a check that can't fail proves nothing. */
async function checkCanFail(url: string, ledger: Ledger): Promise<void> {
  const run = ledger.runs.at(-1)
  assert.ok(run, 'no run was written at all')
  await ledger.batch(url, run, 'half', 100)
  run.batches.push({ key: 'lost', points: 200, acknowledged: true })
  run.singles.push({ kind: 'params', key: 'lost', acknowledged: true })
  const problems = (await ledger.problems(url, ledger.runs.length - 1)).join('\n')
  assert.match(problems, /batch half is half there: 100 of 200/)
  assert.match(problems, /batch lost was acknowledged and is gone/)
  assert.match(problems, /params lost was acknowledged and is gone/)
}

function assertIntact(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    assert.deepEqual(db.prepare('pragma integrity_check').all().map(Object.values), [['ok']])
    assert.deepEqual(db.prepare('pragma foreign_key_check').all(), [])
  } finally {
    db.close()
  }
}

test('fifty kills under eight writers lose nothing that was acknowledged (SQLite)', { timeout: 900_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-kill-'))
  const file = join(dir, 'millrace-data', 'millrace.db')
  try {
    await killRounds(
      () => startMillrace([], { dir }),
      50,
      (round) => {
        if (round % 10 === 9) assertIntact(file)
      },
    )
    assertIntact(file)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})

test('ten kills under eight writers lose nothing that was acknowledged (PostgreSQL)', { timeout: 600_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-kill-'))
  const postgres = await startPostgres({ durable: true })
  try {
    const { host, username, password } = new URL(postgres.uri)
    const start = () =>
      startMillrace(['--backend-store-uri', `postgresql://${username}@${host}/postgres`], { dir, env: { PGPASSWORD: password } })
    await killRounds(start, 10, () => {})
  } finally {
    await postgres.stop()
    rmSync(dir, { recursive: true, force: true })
  }
})
