import assert from 'node:assert/strict'
import type { Database } from '../db/database.ts'
import { command, query } from '../db/handles.ts'
import { type Ending, recordVerdict } from '../registry/scans/index.ts'
import { type As, serverWithAccounts } from './accounts.ts'
import type { Answer } from './server.ts'

const ROOT = query<{ root_sha256: string }>(
  `select f.root_sha256 from model_version_manifest f join model_version v on v.id = f.version join registered_model m on m.id = v.model
   where m.name = ? and v.version = ?`,
)
const GROUP = query<{ id: number }>('insert into account_group (name) values (?) returning id')
const MEMBER = command('insert into account_group_member (account_group, account) select ?, id from account where name = ?')

/** A server with people who promote each other's models: `alice`, `bob`, `carol` and `dave` may edit everything, `root` is an admin. */
export class Promoters {
  readonly db: Database
  readonly as: (name: string) => As

  constructor(db: Database, as: (name: string) => As) {
    this.db = db
    this.as = as
  }

  static async on(db: Database): Promise<Promoters> {
    return new Promoters(db, await serverWithAccounts(db, 'MANAGE', ['alice', 'bob', 'carol', 'dave']))
  }

  async ok(answer: Promise<Answer>): Promise<Answer['body']> {
    const { status, text, body } = await answer
    assert.equal(status, 200, text)
    return body
  }

  /** Makes a run with a model in it; gives its id. */
  async run(who: string, content: string, metrics: Record<string, number> = {}): Promise<string> {
    const by = this.as(who)
    const run_id = (await this.ok(by.post('runs/create', { experiment_id: '0' }))).run.info.run_id
    const list = Object.entries(metrics).map(([key, value]) => ({ key, value: Number.isNaN(value) ? 'NaN' : value, timestamp: 1, step: 0 }))
    await this.ok(by.post('runs/log-batch', { run_id, metrics: list }))
    const path = `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/model/MLmodel`
    await this.ok(by.call('PUT', path, Buffer.from(content)))
    return run_id
  }

  /** Registers a version with a file in it, and waits until it is READY; gives its number. */
  async version(who: string, name: string, content: string = who, metrics: Record<string, number> = {}): Promise<string> {
    const by = this.as(who)
    const run_id = await this.run(who, content, metrics)
    const answer = await by.get(`registered-models/get?name=${name}`)
    if (answer.status !== 200) await this.ok(by.post('registered-models/create', { name }))
    const { version } = (await this.ok(by.post('model-versions/create', { name, source: `runs:/${run_id}/model`, run_id }))).model_version
    const { model_version } = await this.ok(by.get(`model-versions/get?name=${name}&version=${version}`))
    assert.equal(model_version.status, 'READY')
    return version
  }

  /** Says how a scan of a version's files ended. */
  async scanned(name: string, version: string, ending: Ending, rules_version = '1'): Promise<void> {
    const { root_sha256 } = (await this.db.reader.get(ROOT, name, Number(version))) as { root_sha256: string }
    await this.db.write((tx) => recordVerdict(tx, root_sha256, { ending, findings: [], rules_version, scanned_ms: 1 }))
  }

  async group(name: string, members: readonly string[]): Promise<void> {
    await this.db.write(async (tx) => {
      const { id } = (await tx.get(GROUP, name)) as { id: number }
      for (const member of members) await tx.run(MEMBER, id, member)
    })
  }

  setAlias(who: string, name: string, alias: string, version: string): Promise<Answer> {
    return this.as(who).post('registered-models/alias', { name, alias, version })
  }

  dropAlias(who: string, name: string, alias: string): Promise<Answer> {
    return this.as(who).call('DELETE', '/api/2.0/mlflow/registered-models/alias', { name, alias })
  }

  setStage(who: string, name: string, stage: string, version: string, archive_existing_versions = false): Promise<Answer> {
    return this.as(who).post('model-versions/transition-stage', { name, stage, version, archive_existing_versions })
  }

  /** `decide('bob', id, 'approve')` */
  decide(who: string, request_id: string, verb: 'approve' | 'reject' | 'bypass', reason = 'a reason'): Promise<Answer> {
    return this.as(who).call('POST', `/api/2.0/millrace/promotions/requests/${request_id}/${verb}`, { reason })
  }

  rollback(who: string, name: string, place: { alias: string } | { stage: string }, reason = 'a reason'): Promise<Answer> {
    return this.as(who).call('POST', '/api/2.0/millrace/promotions/rollback', { name, ...place, reason })
  }

  policy(text: string, who = 'root'): Promise<Answer> {
    return this.as(who).call('PUT', '/api/2.0/millrace/promotions/policy', { text })
  }

  request(id: string, who = 'root'): Promise<Answer> {
    return this.as(who).call('GET', `/api/2.0/millrace/promotions/requests/${id}`)
  }

  /** Where an alias points; undefined where it is not there. */
  async aliasOf(name: string, alias: string): Promise<string | undefined> {
    const answer = await this.as('root').get(`registered-models/alias?name=${name}&alias=${alias}`)
    return answer.status === 200 ? answer.body.model_version.version : undefined
  }
}

/** The request that a refusal names. */
export function requestIn(answer: Answer): string {
  assert.equal(answer.status, 403, answer.text)
  assert.equal(answer.body.error_code, 'PERMISSION_DENIED')
  const [, id] = /Request (pr-[0-9a-f]{16}) is open/.exec(answer.body.message) ?? []
  assert.ok(id !== undefined, answer.text)
  return id
}
