import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { serverWithAccounts } from '../../testing/accounts.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'

const LIVE = '/api/2.0/millrace/runs/live'

type Event = {
  event: string
  id?: string
  data: { runs: { run_id: string; status: string }[]; points: { key: string; values: number[] }[]; noted: string[]; names: boolean }
}

/** The events of a stream that has ended. */
const eventsOf = (text: string): Event[] =>
  text
    .split('\n\n')
    .filter((block) => block.includes('event: '))
    .map((block) => {
      const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
      const id = field('id')
      return { event: field('event') ?? '', data: JSON.parse(field('data') ?? ''), ...(id !== undefined && { id }) }
    })

overEachDatabase('what happens, as events', (open) => {
  // Each listens for seconds: they do so at once.
  describe('at once', { concurrency: true }, () => {
    test('new points and changed runs are told, only of metrics that were asked for, and a cursor goes on from what was seen', async () => {
      const server = new TestServer(await open())
      const run_id = await startRun(server)
      const { experiment_id } = (await server.get('runs/get', { run_id })).body.run.info
      const log = async (key: string, step: number): Promise<void> => {
        const answer = await server.post('runs/log-metric', { run_id, key, value: step / 2, timestamp: 1_000 + step, step })
        assert.equal(answer.status, 200)
      }
      await log('loss', 0)
      const listen = (open_s: number, headers = {}): Promise<Event[]> =>
        server
          .call('GET', `${LIVE}?experiment_id=${experiment_id}&metrics=loss&open_s=${open_s}`, undefined, headers)
          .then(({ text }) => eventsOf(text))
      const [start] = await listen(0)
      assert.deepEqual(
        start?.data.points.map(({ values }) => values),
        [[0]],
      )
      const listening = listen(4)
      await new Promise((done) => setTimeout(done, 300))
      for (let step = 1; step <= 3; step++) await log('loss', step)
      await log('other', 1)
      await server.post('runs/update', { run_id, status: 'FINISHED', end_time: 5_000 })
      const heard = (await listening).slice(1)
      assert.ok(heard.length > 0)
      assert.ok(heard.every(({ data }) => data.points.every(({ key }) => key === 'loss')))
      assert.deepEqual(
        heard.flatMap(({ data }) => data.points.flatMap(({ values }) => values)),
        [0.5, 1, 1.5],
      )
      assert.ok(heard.some(({ data }) => data.runs.some((run) => run.run_id === run_id && run.status === 'FINISHED')))
      const again = await listen(0, { 'last-event-id': start?.id ?? '' })
      assert.deepEqual(
        again.slice(0, -1).flatMap(({ data }) => data.points.flatMap(({ values }) => values)),
        [0.5, 1, 1.5],
      )
      assert.deepEqual((await listen(0, { 'last-event-id': 'elsewhere-7' }))[0]?.event, 'reset')
    })

    test('params and tags that are others are told by their run, of names that somebody looks at, without their values', async () => {
      const server = new TestServer(await open())
      const [run_id, other] = [await startRun(server), await startRun(server)]
      const { experiment_id } = (await server.get('runs/get', { run_id })).body.run.info
      const post = async (path: string, body: object): Promise<void> => {
        const answer = await server.post(path, body)
        assert.equal(answer.status, 200, answer.text)
      }
      await post('runs/set-tag', { run_id, key: 'stage', value: 'a' })
      await post('runs/update', { run_id, status: 'FINISHED', end_time: 5_000 })
      // Each visit looks anew, and hears what came since the one before.
      const cursors = new Map<string, string>()
      const hear = async (search: string): Promise<string[]> => {
        const { text } = await server.call('GET', `${LIVE}?experiment_id=${experiment_id}&open_s=0&${search}`, undefined, {
          'last-event-id': cursors.get(search) ?? '',
        })
        assert.ok(!text.includes('hunter2'))
        const events = eventsOf(text)
        cursors.set(search, events.at(-1)?.id ?? '')
        return events.flatMap(({ data }) => data.noted ?? [])
      }
      const asked = ['params=lr&tags=stage', `run_id=${run_id}`]
      for (const search of [...asked, `run_id=${other}`]) assert.deepEqual(await hear(search), [])
      for (const [path, body] of [
        ['runs/set-tag', { run_id, key: 'stage', value: 'b' }],
        // A name that nobody had ever logged.
        ['runs/log-parameter', { run_id, key: 'lr', value: 'hunter2' }],
        ['runs/delete-tag', { run_id, key: 'stage' }],
      ] as const) {
        await post(path, body)
        for (const search of asked) assert.deepEqual(await hear(search), [run_id], `${path} by ${search}`)
      }
      await post('runs/set-tag', { run_id: other, key: 'stage', value: 'b' })
      assert.ok(!(await hear(`run_id=${other}`)).includes(other), 'a run of another experiment is told')
    })

    test('names that a run had not logged are told, so that there are columns for them', async () => {
      const server = new TestServer(await open())
      const run_id = await startRun(server)
      const { experiment_id } = (await server.get('runs/get', { run_id })).body.run.info
      const hear = (cursor: string) =>
        server.call('GET', `${LIVE}?experiment_id=${experiment_id}&open_s=0`, undefined, { 'last-event-id': cursor })
      const start = eventsOf((await hear('')).text).at(-1)
      await server.post('runs/log-metric', { run_id, key: 'new', value: 1, timestamp: 1, step: 1 })
      const events = eventsOf((await hear(start?.id ?? '')).text)
      assert.ok(events.some(({ data }) => data.names))
    })

    test('a new experiment is told to who watches the list', async () => {
      const server = new TestServer(await open())
      const listening = server.call('GET', `${LIVE}?open_s=3`)
      await new Promise((done) => setTimeout(done, 300))
      await server.post('experiments/create', { name: 'new' })
      assert.ok(eventsOf((await listening).text).some(({ event }) => event === 'experiments'))
    })

    test('AZ-14 of an experiment that is not shared nothing is told, as of one that is not there', async () => {
      const as = await serverWithAccounts(await open(), 'NO_PERMISSIONS', ['alice', 'bob'])
      const [alice, bob] = [as('alice'), as('bob')]
      const { experiment_id } = (await alice.call('POST', '/api/2.0/mlflow/experiments/create', { name: 'hers' })).body
      await alice.call('POST', '/api/2.0/mlflow/runs/create', { experiment_id })
      const ask = async (who: typeof alice, id: string): Promise<Event[]> =>
        eventsOf((await who.call('GET', `${LIVE}?experiment_id=${id}&open_s=0`)).text)
      assert.equal((await ask(alice, experiment_id)).length, 1)
      assert.deepEqual(await ask(bob, experiment_id), [])
      assert.deepEqual(await ask(bob, '999999'), [])
    })
  })
})
