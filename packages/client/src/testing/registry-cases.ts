import {
  copyModelVersion,
  findPrompt,
  formatPrompt,
  isCode,
  loadPrompt,
  registerModel,
  registerPrompt,
  searchPrompts,
  variablesOf,
} from '../index.ts'
import { type Cases, newRun, unique } from './case.ts'
import { failure, ok, same } from './expect.ts'

export const registryCases: Cases = {
  async 'registers a model, waits for it, tags, names and copies it, and reads its files'(client) {
    const run = await newRun(client)
    const { model } = await client.loggedModels.create({ experiment_id: run.info.experiment_id, name: 'forest', source_run_id: run.run_id })
    await client.uploadArtifact({ model_id: model.info.model_id }, 'MLmodel', 'flavors: {}')
    await client.loggedModels.update({ model_id: model.info.model_id, status: 'LOGGED_MODEL_READY' })
    const name = unique('forest')
    const source = `models:/${model.info.model_id}`
    const version = await registerModel(client, { name, source, description: 'the first', tags: { team: 'risk' } })
    same([version.version, version.status, version.description], ['1', 'READY', 'the first'])
    same(await new Response(await client.downloadArtifact({ name, version: '1' }, 'MLmodel')).text(), 'flavors: {}')
    await client.registeredModels.setAlias({ name, alias: 'champion', version: '1' })
    await client.modelVersions.setTag({ name, version: '1', key: 'checked', value: 'yes' })
    const copy = await copyModelVersion(client, { name, alias: 'champion' }, `${name}-production`)
    same([copy.name, copy.version], [`${name}-production`, '1'])
    // What the server says of a version itself, such as how it was scanned, stands among its tags.
    const own = copy.tags?.map(({ key }) => key).filter((key) => !key.startsWith('millrace.'))
    same(own?.sort(), ['checked', 'team'])
    await client.modelVersions.transitionStage({ name, version: '1', stage: 'Staging', archive_existing_versions: false })
    const found = await client.modelVersions.search({ filter: `name = '${name}'` }).all()
    same(
      found.map((one) => [one.version, one.current_stage]),
      [['1', 'Staging']],
    )
  },

  async 'registers prompts, loads them by version, alias and URI, and searches them'(client) {
    const name = unique('greet')
    const first = await registerPrompt(client, { name, template: 'Hello {{ name }}', commit_message: 'first', tags: { lang: 'en' } })
    const chat = [
      { role: 'system', content: 'You are {{role}}.' },
      { role: 'user', content: '{{question}}' },
    ]
    await registerPrompt(client, { name, template: chat, model_config: { temperature: 0 }, response_format: { type: 'object' } })
    await client.registeredModels.setAlias({ name, alias: 'production', version: '1' })
    same([first.version, first.template, first.tags], ['1', 'Hello {{ name }}', { lang: 'en' }])
    same((await loadPrompt(client, name)).template, chat)
    same((await loadPrompt(client, `prompts:/${name}/1`)).commit_message, 'first')
    same((await loadPrompt(client, `prompts:/${name}@production`)).version, '1')
    same((await loadPrompt(client, name, { alias: 'production' })).aliases, ['production'])
    const second = await loadPrompt(client, name, { version: 2 })
    same([second.model_config, second.response_format], [{ temperature: 0 }, { type: 'object' }])
    same(await findPrompt(client, unique('none')), undefined)
    const names: string[] = []
    for await (const prompt of searchPrompts(client, { filter: `name = '${name}'` })) names.push(prompt.name)
    same(names, [name])
    const error = await failure(loadPrompt(client, name, { version: 9 }))
    ok(isCode(error, 'RESOURCE_DOES_NOT_EXIST'), error.message)
  },

  async "puts values for a prompt's variables, and reads no value again"() {
    same(formatPrompt('Hello {{ name }}, {{name}}!', { name: '{{ other }}' }), 'Hello {{ other }}, {{ other }}!')
    const chat = [{ role: 'user', content: '{{ a.b }} {{c}}' }]
    same(variablesOf(chat), ['a.b', 'c'])
    same(formatPrompt(chat, { 'a.b': 1, c: '$&' }), [{ role: 'user', content: '1 $&' }])
    same(formatPrompt(chat, { c: 2 }, { partial: true }), [{ role: 'user', content: '{{ a.b }} 2' }])
    const error = await failure(Promise.resolve().then(() => formatPrompt('{{ constructor }}', {})))
    ok(/constructor/.test(error.message), error.message)
  },

  async 'makes, lists and deletes webhooks'(client) {
    const events = [{ entity: 'REGISTERED_MODEL' as const, action: 'CREATED' as const }]
    const { webhook } = await client.webhooks.create({
      name: unique('hook'),
      url: 'https://hooks.example.com/x',
      events,
      status: 'DISABLED',
    })
    const ids = (await client.webhooks.list({}).all()).map(({ webhook_id }) => webhook_id)
    ok(ids.includes(webhook.webhook_id), 'the webhook is listed')
    await client.webhooks.delete({ webhook_id: webhook.webhook_id })
    const error = await failure(client.webhooks.get({ webhook_id: webhook.webhook_id }))
    ok(isCode(error, 'RESOURCE_DOES_NOT_EXIST'), error.message)
  },
}
