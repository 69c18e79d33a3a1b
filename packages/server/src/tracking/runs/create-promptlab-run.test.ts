import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { type Answer, TestServer } from '../../testing/server.ts'

const TRIAL = {
  run_name: 'a haiku',
  prompt_template: 'Write a haiku on {{ theme }}',
  prompt_parameters: [{ key: 'theme', value: 'rain' }],
  model_route: 'chat',
  model_parameters: [
    { key: 'temperature', value: 0.1 },
    { key: 'stop', value: '\u0085!!python/object:os.system' },
  ],
  model_input: 'Write a haiku on rain',
  model_output: 'Drops on the window',
  model_output_parameters: [{ key: 'tokens', value: 17 }],
  mlflow_version: '3.17.2',
  user_id: 'ann',
  start_time: 456,
  tags: [
    { key: 'team', value: 'poets' },
    { key: 'mlflow.runSourceType', value: 'LOCAL' },
  ],
}

overEachDatabase('POST runs/create-promptlab-run', (open) => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-promptlab-'))
  after(() => rmSync(root, { recursive: true, force: true }))
  const newServer = async (artifacts_destination = root): Promise<TestServer> => new TestServer(await open(), { artifacts_destination })
  const create = (server: TestServer, payload: object): Promise<Answer> =>
    server.call('POST', '/ajax-api/2.0/mlflow/runs/create-promptlab-run', payload)

  test('keeps a trial as a finished run with its params and tags', async () => {
    const server = await newServer()
    const made = await create(server, { ...TRIAL, experiment_id: '0' })
    assert.equal(made.status, 200, made.text)
    const { info, data } = made.body.run
    assert.deepEqual([info.run_name, info.user_id, info.status, info.start_time], ['a haiku', 'ann', 'FINISHED', 456])
    assert.ok(info.end_time > 456)
    const params = Object.fromEntries(data.params.map(({ key, value }: { key: string; value: string }) => [key, value]))
    assert.deepEqual(params, {
      temperature: '0.1',
      stop: TRIAL.model_parameters[1]?.value,
      model_route: 'chat',
      prompt_template: TRIAL.prompt_template,
    })
    const tags = Object.fromEntries(data.tags.map(({ key, value }: { key: string; value: string }) => [key, value]))
    const { 'mlflow.log-model.history': history, ...others } = tags
    assert.deepEqual(others, {
      team: 'poets',
      'mlflow.runName': 'a haiku',
      'mlflow.runSourceType': 'PROMPT_ENGINEERING',
      'mlflow.loggedArtifacts': '[{"path": "eval_results_table.json", "type": "table"}]',
    })
    assert.equal(JSON.parse(history)[0].run_id, info.run_id)
    assert.deepEqual((await server.get('runs/get', { run_id: info.run_id })).body.run, made.body.run)
  })

  test('writes a model and the table of results among the artifacts of the run', async () => {
    const server = await newServer()
    const { run_id } = (await create(server, { ...TRIAL, experiment_id: '0' })).body.run.info
    const folder = join(root, '0', run_id, 'artifacts')
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
    assert.deepEqual(JSON.parse(read('eval_results_table.json')), {
      columns: ['theme', 'prompt', 'output', 'tokens'],
      data: [['rain', TRIAL.model_input, TRIAL.model_output, '17']],
    })
    // YAML reads U+0085 as a line's end: it must stand there escaped.
    assert.ok(!read('model/parameters.yaml').includes('\u0085'))
    assert.deepEqual(JSON.parse(read('model/parameters.yaml')), {
      prompt_template: TRIAL.prompt_template,
      prompt_parameters: { theme: 'rain' },
      model_parameters: { temperature: '0.1', stop: TRIAL.model_parameters[1]?.value },
      model_route: 'chat',
    })
    const model = JSON.parse(read('model/MLmodel'))
    assert.equal(model.run_id, run_id)
    assert.equal(model.flavors.python_function.parameters_path, 'parameters.yaml')
    assert.deepEqual(JSON.parse(model.signature.inputs), [{ type: 'string', name: 'theme', required: true }])
    assert.equal(read('model/requirements.txt'), `mlflow[gateway]==${server.settings.version}\n`)
  })

  test('names the first field that is missing', async () => {
    const server = await newServer()
    const demanded = ['experiment_id', 'prompt_template', 'prompt_parameters', 'model_route', 'model_input', 'mlflow_version'] as const
    const whole = { ...TRIAL, experiment_id: '0' }
    for (const [at, name] of demanded.entries()) {
      const given = Object.fromEntries(demanded.slice(0, at).map((field) => [field, whole[field]]))
      for (const payload of [given, { ...given, [name]: name === 'prompt_parameters' ? [] : '' }, { ...given, [name]: null }]) {
        const answer = await create(server, payload)
        assert.equal(answer.status, 400, answer.text)
        assert.deepEqual(answer.body, {
          error_code: 'INVALID_PARAMETER_VALUE',
          message: `CreatePromptlabRun request must specify ${name}.`,
        })
      }
    }
  })

  test('leaves neither a run nor a file after a failure of the files or of the database', async () => {
    const broken = mkdtempSync(join(root, 'broken-'))
    writeFileSync(join(broken, '0'), 'a file where the folder of the experiment should be')
    const server = await newServer(broken)
    assert.notEqual((await create(server, { ...TRIAL, experiment_id: '0' })).status, 200)

    const whole = mkdtempSync(join(root, 'whole-'))
    const other = await newServer(whole)
    const twice = { ...TRIAL, experiment_id: '0', model_parameters: [{ key: 'model_route', value: 'x' }] }
    const refused = await create(other, twice)
    assert.equal(refused.status, 400)
    assert.match(refused.body.message, /Duplicate parameter keys/)
    assert.deepEqual(existsSync(join(whole, '0')) ? readdirSync(join(whole, '0')) : [], [])
    for (const one of [server, other]) {
      assert.deepEqual((await one.post('runs/search', { experiment_ids: ['0'] })).body.runs ?? [], [])
    }
  })

  test('goes to an active experiment only', async () => {
    const server = await newServer()
    const { experiment_id } = (await server.post('experiments/create', { name: 'gone' })).body
    await server.post('experiments/delete', { experiment_id })
    assert.equal((await create(server, { ...TRIAL, experiment_id })).status, 400)
    assert.equal((await create(server, { ...TRIAL, experiment_id: '123456' })).status, 404)
    assert.ok(!existsSync(join(root, experiment_id)))
  })
})
