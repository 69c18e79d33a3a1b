import { fixedText, mentions } from '../syntax/facts.ts'
import type { Unit } from '../unit.ts'
import { argumentAt, callsWhere, hitOf, named } from './places.ts'
import { type Hit, python, type Rule } from './rule.ts'

const PART = /^[\w.]+(?:\[[^\]]*\]|\.get\([^)]*\)|\.json\(\))*$/
const FRAME = /^(?:pandas|pd|polars|pl)\.(?:DataFrame(?:\.from_(?:dict|records))?|read_json|json_normalize)$/
/** What Flask, FastAPI and Starlette call the body and the parameters of a request. */
export const REQUEST = /\brequest\.(?:get_json\(|json\b|data\b|form\b|args\b|body\b)|\bawait request\.(?:json|body)\(|\bflask\.request\b/
const CHECKS = /validate|schema|pydantic|model_validate|pandera|marshmallow|jsonschema|parse_obj/i

const CHECKED_TYPE = /:\s*(?!dict|list|Dict|List|Any|str|bytes|object|Union|Optional)[A-Z]/
const CHECKED_REQUEST = /\brequest\s*:\s*(?!(?:[\w.]+\.)?(?:Request|HttpRequest|Any|Dict|List|Union|Optional)\b)[A-Z]\w*/

/** Frames made of what a caller sent, in a function that looks at none of it. */
function uncheckedFrames(unit: Unit): Hit[] {
  const { calls, assignments, functions } = unit.facts
  // Its own endpoint hands on the fields of a model that has checked them.
  const is_given_checked = calls.some(
    ({ name, args }) => /(?:^|\.)predict$/.test(name) && args.some(({ text }) => /^\w+\.(?:dict|model_dump)\(/.test(text)),
  )
  return calls
    .filter(({ name, text, scope }) => {
      if (!FRAME.test(name)) return false
      const served = functions.find((one) => one.scope === scope && /^(?:predict|predict_raw|infer|score|invocations?)$/.test(one.name))
      // A wrapper's predict gets what a caller sent: its types, where it has some that are checked, are another matter.
      const parameters = served && !is_given_checked && !CHECKED_TYPE.test(served.params) ? namesIn(served.params) : []
      // FastAPI checks a request whose type is a model of the program's own before the function sees it.
      if (functions.some((one) => one.scope === scope && CHECKED_REQUEST.test(one.params))) return false
      const received = new Set([
        ...parameters,
        ...assignments.filter((one) => one.scope === scope && REQUEST.test(one.text)).flatMap(({ names }) => names),
      ])
      // A part of what was sent is what was sent; what a model made of it is not.
      for (const one of assignments) {
        if (one.scope === scope && PART.test(one.text) && mentions(one.text, received)) for (const name of one.names) received.add(name)
      }
      const given = text.slice(text.indexOf('(') + 1).trimStart()
      // Columns that are written out one by one are a boundary.
      const uses = REQUEST.test(text) || (!given.startsWith('{') && mentions(given, received))
      return uses && !calls.some((one) => one.scope === scope && CHECKS.test(one.name))
    })
    .map(hitOf)
}

const namesIn = (params: string): string[] =>
  params
    .replaceAll(/^\(|\)$/g, '')
    .split(',')
    .map((param) => /[A-Za-z_]\w*/.exec(param)?.[0] ?? '')
    .filter((name) => name !== '' && name !== 'self')

/** Models that are trusted or promoted without anybody having looked. */
export const MODELS: readonly Rule[] = [
  {
    id: 'integrity/trusted-types',
    category: 'MODEL_INTEGRITY',
    severity: 'high',
    confidence: 'high',
    cwe: 345,
    title: 'The model says itself which of its types are trusted',
    why: 'skops gets every type that the file asks for as trusted.',
    means: 'The list of what may be made is written by who made the file: it runs what its author wants.',
    recommendation: 'Write the list by hand after get_untrusted_types was read by somebody.',
    languages: ['python'],
    hints: ['trusted'],
    find: callsWhere((call, unit) => {
      const trusted = named(call, 'trusted')
      if (!/(?:^|\.)(?:loads?|load_model)$/.test(call.name) || !trusted) return false
      const from_file = unit.facts.assignments.some(
        ({ names, text }) => text.includes('get_untrusted_types') && names.includes(trusted.text),
      )
      return trusted.text === 'True' || trusted.text.includes('get_untrusted_types') || from_file
    }),
    bad: [python('import skops.io as sio\ntypes = sio.get_untrusted_types(file=p)\nmodel = sio.load(p, trusted=types)', 3)],
    good: [python('import skops.io as sio\nmodel = sio.load(p, trusted=["numpy.dtype"])')],
  },
  {
    id: 'integrity/unchecked-input',
    category: 'MODEL_INTEGRITY',
    severity: 'medium',
    confidence: 'medium',
    cwe: 20,
    title: 'What a caller sends becomes a table unchecked',
    why: 'The body of a request goes into a DataFrame, and nothing in the function looks at its fields and size.',
    means: 'Wrong types, missing columns and huge bodies reach the model; errors of its libraries reach the caller.',
    recommendation: 'Check against the model’s signature first (pydantic, pandera, or a server that does so), and limit sizes.',
    languages: ['python'],
    hints: ['DataFrame', 'read_json', 'json_normalize'],
    find: uncheckedFrames,
    bad: [
      python(
        'import pandas as pd\n@app.post("/predict")\ndef predict():\n    body = request.get_json()\n    frame = pd.DataFrame(body["rows"])',
        5,
      ),
      python('import pandas as pd\ndef predict():\n    return model.predict(pd.DataFrame(request.json))', 3),
      python('import pandas as pd\ndef predict_raw(self, request):\n    rows = request["data"]\n    return pd.DataFrame(rows)', 4),
    ],
    good: [
      python('import pandas as pd\ndef predict():\n    body = Rows.model_validate(request.get_json())\n    return pd.DataFrame(body.rows)'),
      python('import pandas as pd\nframe = pd.DataFrame({"a": [1]})'),
      python('import pandas as pd\ndef predict(d):\n    return pd.DataFrame([d])\ndef ask(car: Car):\n    return predict(car.dict())'),
      python('import pandas as pd\n@app.post("/push")\ndef push(request: PushRequest):\n    return pd.DataFrame(request.data)'),
    ],
  },
  {
    id: 'promotion/stage',
    category: 'UNREVIEWED_PROMOTION',
    severity: 'medium',
    confidence: 'high',
    cwe: 862,
    title: 'A program moves a version into production by itself',
    why: 'It sets the stage Production, and nobody has to agree.',
    means: 'What a pipeline trained, from whatever data it was given, is served a moment later.',
    recommendation: 'Let the program ask and somebody else approve: Millrace’s policies refuse the move until then.',
    languages: ['python'],
    hints: ['transition_model_version_stage'],
    find: callsWhere(
      (call, { facts }) =>
        /(?:^|\.)transition_model_version_stage$/.test(call.name) &&
        !/^(?:staging|archived|none)$/i.test(fixedText(named(call, 'stage') ?? argumentAt(call, 2), call, facts) ?? ''),
    ),
    bad: [python('client.transition_model_version_stage(name="churn", version=3, stage="Production")')],
    good: [python('client.transition_model_version_stage(name="churn", version=3, stage="Archived")')],
  },
  {
    id: 'promotion/alias',
    category: 'UNREVIEWED_PROMOTION',
    severity: 'medium',
    confidence: 'medium',
    cwe: 862,
    title: 'A program gives a version the alias that is served',
    why: 'champion, production and the like are what serving goes by, and nobody has to agree.',
    means: 'What a pipeline trained, from whatever data it was given, is served a moment later.',
    recommendation: 'Let the program ask and somebody else approve: Millrace’s policies refuse the move until then.',
    languages: ['python'],
    hints: ['set_registered_model_alias'],
    find: callsWhere(
      (call) =>
        /(?:^|\.)set_registered_model_alias$/.test(call.name) &&
        /^(?:champion|prod(?:uction)?|live|release)$/i.test((named(call, 'alias') ?? argumentAt(call, 1))?.value ?? ''),
    ),
    bad: [python('client.set_registered_model_alias("churn", "champion", 3)')],
    good: [python('client.set_registered_model_alias("churn", "challenger", 3)')],
  },
]
