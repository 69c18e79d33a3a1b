import { anyOf } from '../syntax/any-of.ts'
import { type Call, type Facts, mentions, namesFrom } from '../syntax/facts.ts'
import type { Unit } from '../unit.ts'
import { callsWhere, isTrue, named } from './places.ts'
import { javascript, python, type Rule } from './rule.ts'

/** What somebody unknown sent, as the frameworks call it. */
const SENT = /\brequest\.(?:get_json\(|(?:json|data|form|args|values|files|body|query_params)\b)|\breq(?:uest)?\.(?:body|query|params)\b/
/** What comes out of these is no longer what was sent. */
const CLEANED = /\b(?:int|float|bool|shlex\.quote|secure_filename|escape|Number|parseInt|encodeURIComponent|model_validate|validate\w*)\(/

const fromRequest = (text: string, call: Call, facts: Facts): boolean =>
  !CLEANED.test(text) && (SENT.test(text) || mentions(text, namesFrom(SENT, call, facts, CLEANED)))

const STARTS = /^(?:subprocess\.\w+|os\.(?:system|popen)|child_process\.(?:exec|execSync|spawn|spawnSync))$/
const RUNS =
  /^(?:(?:builtins\.)?(?:eval|exec)|c?pickle\.loads?|dill\.loads?|cloudpickle\.loads?|joblib\.load|yaml\.unsafe_load|new Function)$/
const OPENS = anyOf(
  '',
  /^(?:(?:builtins\.|io\.)?open|(?:flask\.)?send_file|shutil\.\w+|os\.(?:remove|unlink))$/,
  /^fs\.(?:readFile|readFileSync|createReadStream|writeFile|unlink)$/,
)
const HINTS = ['request', 'req.'] as const

const reaches =
  (called: RegExp, only_first = false) =>
  ({ facts }: Unit): { line: number; end_line: number }[] =>
    facts.calls
      .filter((call) => called.test(call.name))
      .filter((call) => (only_first ? call.args.slice(0, 1) : call.args).some(({ text }) => fromRequest(text, call, facts)))
      .map(({ line, end_line }) => ({ line, end_line }))

const SQL = /\b(?:select|insert|update|delete|drop|create|alter)\b/i

/** Whether a call's first argument is SQL, or the name of a text that is. */
const isSql = ({ args, scope }: Call, { assignments }: Facts): boolean =>
  SQL.test(args[0]?.text ?? '') ||
  assignments.some((one) => one.scope === scope && one.names.includes(args[0]?.text ?? '') && SQL.test(one.text))

const UNKNOWN = 'Whoever can send a request decides.'

/** What a request carries, where it must not arrive: followed through the names of a function. */
export const REQUESTS: readonly Rule[] = [
  {
    id: 'command/request',
    category: 'COMMAND_EXECUTION',
    severity: 'critical',
    confidence: 'high',
    cwe: 78,
    title: 'What a request carries becomes part of a command',
    why: 'A value of the request goes, in the same function, into a process that is started.',
    means: `${UNKNOWN} With a shell that is any command, without one still its options.`,
    recommendation: 'Choose the command from a table by a name that was checked, and pass values after `--`.',
    languages: ['python', 'javascript'],
    hints: HINTS,
    find: reaches(STARTS),
    bad: [
      python('import os\ndef f():\n    name = request.args["n"]\n    line = f"train {name}"\n    os.system(line)', 5),
      javascript('import { exec } from "node:child_process"\napp.get("/x", (req, res) => { const n = req.query.n; exec("du " + n) })', 2),
    ],
    good: [
      python('import subprocess\ndef train():\n    depth = int(request.args["depth"])\n    subprocess.run(["train", str(depth)])'),
      python('import subprocess\ndef a():\n    name = request.args["name"]\ndef b(name):\n    subprocess.run(["train", name])'),
    ],
  },
  {
    id: 'rce/request',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'critical',
    confidence: 'high',
    cwe: 94,
    title: 'What a request carries is run',
    why: 'A value of the request goes, in the same function, into eval, exec, or a reader of pickles.',
    means: UNKNOWN,
    recommendation: 'Take JSON, check it against a schema, and choose functions from a table.',
    languages: ['python', 'javascript'],
    hints: HINTS,
    find: reaches(RUNS),
    bad: [
      python('import pickle\ndef predict():\n    body = request.data\n    rows = pickle.loads(body)', 4),
      javascript('app.post("/f", (req, res) => { const f = new Function(req.body.code) })'),
    ],
    good: [python('import json\ndef predict():\n    body = request.data\n    rows = json.loads(body)')],
  },
  {
    id: 'exposure/request-path',
    category: 'DATA_EXPOSURE',
    severity: 'high',
    confidence: 'medium',
    cwe: 22,
    title: 'What a request carries names a file',
    why: 'A value of the request goes, in the same function, into the path of a file that is opened, sent or deleted.',
    means: 'With ../ it can be any file that the server may read.',
    recommendation: 'Choose the file from a table, or resolve the path and check that it is below its folder.',
    languages: ['python', 'javascript'],
    hints: HINTS,
    find: reaches(OPENS, true),
    bad: [python('def show():\n    name = request.args.get("file")\n    return open(f"/models/{name}").read()', 3)],
    good: [python('def show():\n    name = secure_filename(request.args["file"])\n    return open(f"/models/{name}").read()')],
  },
  {
    id: 'exposure/sql',
    category: 'DATA_EXPOSURE',
    severity: 'high',
    confidence: 'medium',
    cwe: 89,
    title: 'A statement of SQL is put together with what a request carries',
    why: 'A value of the request goes, in the same function, into the text of a statement.',
    means: 'A quote in it ends the text, and the rest is SQL.',
    recommendation: 'Pass values as parameters.',
    languages: ['python', 'javascript'],
    hints: HINTS,
    find: ({ facts }) =>
      facts.calls
        .filter((call) => /(?:^|\.)(?:execute|executemany|executescript|raw|query|read_sql(?:_query)?)$/.test(call.name))
        .filter((call) => isSql(call, facts) && fromRequest(call.args[0]?.text ?? '', call, facts))
        .map(({ line, end_line }) => ({ line, end_line })),
    bad: [python('def runs():\n    name = request.args["name"]\n    db.execute(f"select * from runs where name = \'{name}\'")', 3)],
    good: [python('def runs():\n    name = request.args["name"]\n    db.execute("select * from runs where name = ?", [name])')],
  },
  {
    id: 'rce/template',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'medium',
    cwe: 1336,
    title: 'What a request carries is a template',
    why: 'A value of the request goes, in the same function, into the text of a template of Jinja.',
    means: 'A template can reach Python’s objects, and by them run commands.',
    recommendation: 'Keep templates in files, and pass values to them.',
    languages: ['python'],
    hints: ['render_template_string', 'from_string', 'Template('],
    find: reaches(/(?:^|\.)(?:render_template_string|from_string)$|^jinja2\.Template$/, true),
    bad: [python('def page():\n    text = request.form["text"]\n    return render_template_string(text)', 3)],
    good: [python('def page():\n    text = request.form["text"]\n    return render_template_string("<p>{{ t }}</p>", t=text)')],
  },
  {
    id: 'rce/debugger',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'medium',
    confidence: 'high',
    cwe: 489,
    title: 'A server starts with its debugger',
    why: 'debug=True of Flask shows a console of Python on the page of an error.',
    means: 'Who reaches the port, and guesses or reads its PIN, runs code.',
    recommendation: 'Leave it away; set FLASK_DEBUG where you develop.',
    languages: ['python'],
    hints: ['debug'],
    find: callsWhere((call) => /(?:^|\.)(?:app|APP|server|application)\.run(?:_server)?$/.test(call.name) && isTrue(call, 'debug')),
    bad: [python('app.run(debug=True, port=8080)')],
    good: [python('app.run(port=8080)'), python('app.run(debug=False)')],
  },
  {
    id: 'download/extract',
    category: 'EXTERNAL_DOWNLOADS',
    severity: 'medium',
    confidence: 'medium',
    cwe: 22,
    title: 'An archive that was downloaded is unpacked wherever it says',
    why: 'extractall of tarfile follows names with ../ and links where no filter is named, and the function downloads.',
    means: 'The archive’s author overwrites files of who unpacks it.',
    recommendation: 'Say filter="data".',
    languages: ['python'],
    hints: ['extractall'],
    find: ({ facts }) =>
      facts.calls
        .filter(
          (call) =>
            /(?:^|\.)extractall$/.test(call.name) &&
            !named(call, 'filter') &&
            facts.calls.some(
              ({ name, scope }) =>
                scope === call.scope && /(?:^|\.)(?:urlretrieve|urlopen|download_file|download)$|^requests\.get$/.test(name),
            ) &&
            facts.calls.some(({ name, scope }) => scope === call.scope && /^tarfile\.(?:open|TarFile)$/.test(name)),
        )
        .map(({ line, end_line }) => ({ line, end_line })),
    bad: [python('import tarfile, wget\ndef get(url):\n    wget.download(url, "d.tgz")\n    tarfile.open("d.tgz").extractall("d")', 4)],
    good: [
      python('import tarfile, wget\ndef get(url):\n    wget.download(url, "d")\n    tarfile.open("d").extractall("e", filter="data")'),
    ],
  },
]
