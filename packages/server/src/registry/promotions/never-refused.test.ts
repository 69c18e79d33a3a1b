import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { Promoters } from '../../testing/promotions.ts'
import type { Answer } from '../../testing/server.ts'

const PEOPLE = ['alice', 'bob', 'carol', 'dave'] as const
const NAMES = ['a', 'b', 'prod-a', 'prod-b'] as const
const PLACES = ['alias champion', 'alias Champion', 'alias other', 'stage Production', 'stage Staging'] as const
const FILES = [0.9, 0.8, 0.5] as const
const STEPS = 100

type Place = (typeof PLACES)[number]
/** What a rule asks for, as this test understands it. */
type Asked = { id: string; approvals: number; scan: readonly string[]; min?: number; max_drop?: number }
type KnownPolicy = { text: string; asks(name: string, place: Place): Asked | undefined }

const SEEN = ['clean', 'suspicious', 'not_looked_at']
const isProtected = (place: Place): boolean => place === 'alias champion' || place === 'alias Champion' || place === 'stage Production'
const rule = (models: string, require: string): string =>
  `  - models: "${models}"\n    aliases: [champion, production]\n    stages: [Production]\n    require: ${require}\n`
const policy = (rules: readonly string[], asks: (name: string) => Asked | undefined): KnownPolicy => ({
  text: rules.length === 0 ? '' : `version: 1\nrules:\n${rules.join('')}`,
  asks: (name, place) => (isProtected(place) ? asks(name) : undefined),
})
const POLICIES: readonly KnownPolicy[] = [
  policy([], () => ({ id: 'default', approvals: 1, scan: SEEN })),
  policy([rule('prod-*', '{ approvals: 2 }')], (name) => (name.startsWith('prod-') ? { id: 'two', approvals: 2, scan: SEEN } : undefined)),
  policy([rule('a', '{ scan: [clean] }'), rule('*', '{ approvals: 1, metrics: { auc: { min: 0.6 } } }')], (name) =>
    name === 'a' ? { id: 'clean', approvals: 0, scan: ['clean'] } : { id: 'auc', approvals: 1, scan: SEEN, min: 0.6 },
  ),
  policy([rule('*', '{ approvals: { count: 1, within: 6d } }')], () => ({ id: 'six days', approvals: 1, scan: SEEN })),
  policy([rule('*', '{ metrics: { auc: { max_drop: 0.2 } } }')], () => ({ id: 'drop', approvals: 0, scan: SEEN, max_drop: 0.2 })),
]

type Version = { readonly author: string; readonly files: number }
type Said = { readonly place: Place; readonly version: number; readonly who: string; readonly verb: string; readonly seen: string }
/** A registered model as this test knows it. */
class Known {
  name: string
  readonly versions = new Map<number, Version>()
  readonly deleted = new Set<number>()
  /** Which versions came to a place, the last at the end. */
  readonly arrived: { place: Place; version: number }[] = []
  /** What is where: `alias champion`, and for each version in a stage `stage Production 3`. */
  standing = new Map<string, number>()
  readonly said: Said[] = []
  readonly admitted: { place: Place; version: number; asked: string; approved: boolean }[] = []
  constructor(name: string) {
    this.name = name
  }
}

const placeOf = (key: string): Place => key.replace(/^(stage \w+) \d+$/, '$1') as Place

/** Random numbers that a seed repeats. */
function dice(seed: number): <T>(values: readonly T[]) => T {
  let state = seed
  return (values) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return values[Math.floor((state / 2 ** 31) * values.length)] as (typeof values)[number]
  }
}

class World {
  readonly people: Promoters
  readonly pick: ReturnType<typeof dice>
  readonly runs: string[] = []
  readonly endings = new Map<number, string>()
  opened: { readonly id: string; readonly model: Known; readonly place: Place; readonly version: number }[] = []
  tried: { place: Place; version: number } = { place: 'alias other', version: 0 }
  models: Known[] = []
  policy: KnownPolicy = POLICIES[0] as KnownPolicy
  moved = 0
  refused = 0

  constructor(people: Promoters, seed: number) {
    this.people = people
    this.pick = dice(seed)
  }

  /** All that an approval is bound to, as this test sees it. */
  seen(model: Known, place: Place, version: number): string {
    const asked = this.policy.asks(model.name, place)
    const there = [...model.standing].filter(([key]) => placeOf(key) === place).map(([, number]) => number)
    return JSON.stringify([model.versions.get(version)?.files, asked, Math.max(...there)])
  }

  /** Where the aliases and stages of a model point, by the server's own answers. */
  async look(model: Known): Promise<Map<string, number>> {
    const root = this.people.as('root')
    const { aliases = [] } = (await this.people.ok(root.get(`registered-models/get?name=${model.name}`))).registered_model
    const found = new Map<string, number>()
    for (const { alias, version } of aliases) found.set(`alias ${alias}`, Number(version))
    const filter = encodeURIComponent(`name = '${model.name}'`)
    const { model_versions = [] } = await this.people.ok(root.get(`model-versions/search?filter=${filter}`))
    for (const { version, current_stage } of model_versions) {
      if (current_stage === 'Production' || current_stage === 'Staging') found.set(`stage ${current_stage} ${version}`, Number(version))
    }
    return found
  }

  /** The rule's refusal of a version that has just come to a place; undefined where it may be there. */
  refusal(model: Known, place: Place, version: number, how: 'set' | 'rollback' | 'bypass', seen: string): string | undefined {
    const asked = this.policy.asks(model.name, place)
    if (!asked) return undefined
    const { author, files } = model.versions.get(version) as Version
    const ending = this.endings.get(files) ?? 'not_looked_at'
    if (ending === 'malicious') return 'it is malicious'
    const those = model.said.filter((one) => one.place === place && one.version === version && one.seen === seen)
    if (how === 'bypass') {
      const past = new Set(those.filter(({ verb }) => verb === 'bypass').map(({ who }) => who))
      return past.size >= 2 ? undefined : 'two people have not said so'
    }
    const auc = FILES[files] as number
    const before = model.arrived.findLast((one) => one.place === place && one.version !== version)?.version
    if (!asked.scan.includes(ending)) return `its scan ended ${ending}`
    if (asked.min !== undefined && auc < asked.min) return `its auc is ${auc}`
    if (asked.max_drop !== undefined && how === 'set' && before !== undefined) {
      const other = FILES[(model.versions.get(before) as Version).files] as number
      if (auc < other - asked.max_drop) return `its auc is ${auc} after ${other}`
    }
    if (asked.approvals === 0) return undefined
    const again = model.admitted.some((one) => one.place === place && one.version === version && one.asked === asked.id && one.approved)
    if (how === 'rollback' && again) return undefined
    const latest = new Map(those.filter(({ verb }) => verb !== 'bypass').map(({ who, verb }) => [who, verb]))
    const yes = [...latest].filter(([who, verb]) => verb === 'approve' && who !== author)
    if ([...latest.values()].includes('reject')) return 'somebody has rejected it'
    return yes.length >= asked.approvals ? undefined : `${yes.length} have approved it`
  }

  /** Does something to a model and holds the server to what it changed. */
  async act(model: Known, how: 'set' | 'rollback' | 'bypass', work: () => Promise<Answer>): Promise<Answer> {
    const before = model.standing
    const seen = new Map<string, string>()
    for (const place of PLACES)
      for (const version of model.versions.keys()) seen.set(`${place} ${version}`, this.seen(model, place, version))
    const answer = await work()
    assert.ok(answer.status < 500, answer.text)
    model.standing = await this.look(model)
    for (const [key, version] of model.standing) {
      if (before.get(key) === version) continue
      const place = placeOf(key)
      const refusal = this.refusal(model, place, version, how, seen.get(`${place} ${version}`) as string)
      assert.equal(refusal, undefined, `version ${version} of ${model.name} has the ${place}, by ${how}, under ${this.policy.text}`)
      const asked = this.policy.asks(model.name, place)
      const approved = asked !== undefined && asked.approvals > 0 && how !== 'bypass'
      model.admitted.push({ place, version, asked: asked?.id ?? '', approved })
      model.arrived.push({ place, version })
      if (asked) this.moved++
    }
    if (answer.status === 403) this.refused++
    const [, id] = /Request (pr-[0-9a-f]{16}) is open/.exec(answer.text) ?? []
    if (id !== undefined) this.opened = [...this.opened.filter((one) => one.id !== id), { id, model, ...this.tried }].slice(-6)
    return answer
  }

  async step(): Promise<void> {
    const who = this.pick(PEOPLE)
    const model = this.pick(this.models)
    const by = this.people.as(who)
    const versions = [...model.versions.keys()].filter((version) => !model.deleted.has(version))
    const version = versions.length > 0 ? this.pick(versions) : undefined
    const place = this.pick(PLACES)
    const target = place.startsWith('alias') ? { alias: place.slice(6) } : { stage: place.slice(6) }
    const what = this.pick(ACTIONS)
    if (what === 'make' && this.models.length < NAMES.length) return this.make()
    if (what === 'version' || version === undefined) return this.addVersion(model, who)
    this.tried = { place, version }
    if (what === 'set' && 'alias' in target) {
      await this.act(model, 'set', () => this.people.setAlias(who, model.name, target.alias as string, String(version)))
    } else if (what === 'set' && 'stage' in target) {
      const archive = this.pick([true, false])
      await this.act(model, 'set', () => this.people.setStage(who, model.name, target.stage as string, String(version), archive))
    } else if (what === 'retry' || (what === 'decide' && this.opened.length > 0)) await this.decide(who, what === 'retry')
    else if (what === 'decide') {
      this.tried = { place: 'alias champion', version }
      await this.act(model, 'set', () => this.people.setAlias(who, model.name, 'champion', String(version)))
    } else if (what === 'rollback')
      await this.act(model, 'rollback', () => this.people.rollback(who, model.name, target as { alias: string }))
    else if (what === 'delete alias') await this.dropAlias(model, who)
    else if (what === 'delete version') {
      const body = { name: model.name, version: String(version) }
      model.deleted.add(version)
      await this.act(model, 'set', () => by.call('DELETE', '/api/2.0/mlflow/model-versions/delete', body))
    } else if (what === 'delete model') {
      await this.people.ok(by.call('DELETE', '/api/2.0/mlflow/registered-models/delete', { name: model.name }))
      this.models = this.models.filter((one) => one !== model)
      this.opened = this.opened.filter((one) => one.model !== model)
      if (this.models.length === 0) await this.make()
    } else if (what === 'rename') await this.rename(model, who)
    else if (what === 'scan') await this.scan(model, version)
    else if (what === 'policy') await this.setPolicy()
  }

  async setPolicy(to: KnownPolicy = this.pick(POLICIES)): Promise<void> {
    this.policy = to
    await this.people.ok(this.people.policy(this.policy.text))
  }

  async dropAlias(model: Known, who: string): Promise<void> {
    await this.act(model, 'set', () => this.people.dropAlias(who, model.name, 'champion'))
  }

  async make(): Promise<void> {
    const name = NAMES.find((one) => !this.models.some((model) => model.name === one)) as string
    await this.people.ok(this.people.as('alice').post('registered-models/create', { name }))
    this.models.push(new Known(name))
  }

  async addVersion(model: Known, who: string): Promise<void> {
    const files = this.pick(FILES.map((_, at) => at))
    const run_id = this.runs[files] as string
    const body = { name: model.name, source: `runs:/${run_id}/model`, run_id }
    const { version } = (await this.people.ok(this.people.as(who).post('model-versions/create', body))).model_version
    await this.people.ok(this.people.as(who).get(`model-versions/get?name=${model.name}&version=${version}`))
    model.versions.set(Number(version), { author: who, files })
  }

  /** Says something about a request that is open, or tries again what it is about. */
  async decide(who: string, again: boolean): Promise<void> {
    if (this.opened.length === 0) return
    const request = this.pick(this.opened.slice(-3))
    const { id, model, place, version } = request
    this.tried = { place, version }
    if (again) return this.retry(who, request)
    const verb = this.pick(['approve', 'approve', 'approve', 'approve', 'reject', 'bypass'] as const)
    const seen = this.seen(model, place, version)
    const say = async (): Promise<Answer> => {
      const answer = await this.people.decide(who, id, verb)
      if (answer.status === 200) model.said.push({ place, version, who, verb, seen })
      return answer
    }
    const { status } = await this.act(model, 'bypass', say)
    if (status === 409) this.opened = this.opened.filter((one) => one !== request)
    if (status !== 200 || verb !== 'approve') return
    // What an approval is bound to changes at the worst moment: between the yes and the move.
    const between = this.pick(['nothing', 'policy', 'alias gone', 'later'] as const)
    if (between === 'later') return
    if (between === 'policy') await this.setPolicy(this.policy === POLICIES[0] ? POLICIES[3] : POLICIES[0])
    if (between === 'alias gone') await this.dropAlias(model, who)
    await this.retry(who, request)
  }

  async retry(who: string, { model, place, version }: World['opened'][number]): Promise<void> {
    const set = place.startsWith('alias') ? 'setAlias' : 'setStage'
    await this.act(model, 'set', () => this.people[set](who, model.name, place.slice(6), String(version)))
  }

  /** Under its new name a model has no place that a rule protects which did not hold before, unless that rule has nothing against it. */
  async rename(model: Known, who: string): Promise<void> {
    const free = NAMES.filter((one) => !this.models.some(({ name }) => name === one))
    if (free.length === 0) return
    const old_name = model.name
    const new_name = this.pick(free)
    const answer = await this.people.as(who).post('registered-models/rename', { name: old_name, new_name })
    assert.ok(answer.status === 200 || answer.status === 403, answer.text)
    if (answer.status !== 200) return
    model.name = new_name
    for (const [key, version] of model.standing) {
      const place = placeOf(key)
      const asked = this.policy.asks(new_name, place)
      if (!asked || asked.id === this.policy.asks(old_name, place)?.id) continue
      assert.equal(this.refusal(model, place, version, 'rollback', ''), undefined, `${old_name} became ${new_name}`)
    }
  }

  async scan(model: Known, version: number): Promise<void> {
    const ending = this.pick(['clean', 'clean', 'suspicious', 'malicious'] as const)
    this.endings.set((model.versions.get(version) as Version).files, ending)
    await this.people.scanned(model.name, String(version), ending)
    const uri = await this.people.as('bob').get(`model-versions/get-download-uri?name=${model.name}&version=${version}`)
    assert.equal(uri.status, ending === 'malicious' ? 403 : 200, uri.text)
  }
}

const ACTIONS = [
  ...['make', 'version', 'version', 'set', 'set', 'set', 'set', 'retry', 'retry', 'retry', 'decide', 'decide', 'decide', 'decide'],
  ...['rollback', 'rollback', 'delete alias', 'delete version', 'delete model', 'rename', 'scan', 'policy'],
]

overEachDatabase('whatever is done', (open) => {
  test('a protected alias or stage never comes to a version that the policy refuses', { timeout: 300_000 }, async () => {
    const people = await Promoters.on(await open())
    let [moved, refused] = [0, 0]
    for (const seed of [1, 2, 3, 4]) {
      const world = new World(people, seed)
      for (const [at, auc] of FILES.entries()) world.runs.push(await people.run('alice', `files ${seed} ${at}`, { auc }))
      await people.ok(people.policy(''))
      await world.make()
      for (let step = 0; step < STEPS; step++) await world.step()
      for (const { name } of world.models) {
        await people.ok(people.as('root').call('DELETE', '/api/2.0/mlflow/registered-models/delete', { name }))
      }
      moved += world.moved
      refused += world.refused
    }
    assert.ok(moved >= 10 && refused >= 30, `${moved} moves to protected places, ${refused} refusals: too few to prove anything`)
  })
})
