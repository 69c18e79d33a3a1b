import type { Unit } from '../unit.ts'
import { byLanguage, callsWhere, commandsWhere, isProgram, linesLike, named, pairsWhere } from './places.ts'
import { dockerfile, type Hit, javascript, python, type Rule, shell, yaml } from './rule.ts'

const LOOPBACK = /^https?:\/\/(?:localhost|127\.|\[::1\]|0\.0\.0\.0)/

const bindsAll = (words: readonly string[]): boolean =>
  words.some(
    (word, at) =>
      /^(?:--host|-h|--bind|-b|--ip|--(?:server\.)?address)=?$/.test(words[at - 1] ?? '') && /^(?:0\.0\.0\.0|::|\[::\])/.test(word),
  ) || words.some((word) => /^--(?:host|bind|ip|(?:server\.)?address)=(?:0\.0\.0\.0|::)/.test(word))

const openTracking = (words: readonly string[]): boolean =>
  isProgram(words, 'mlflow') && /^(?:server|ui)$/.test(words[1] ?? '') && bindsAll(words) && !words.some((word) => /^--app-name/.test(word))

/** A command in one line or in the list that compose and Kubernetes take. */
function trackingInYaml(unit: Unit): Hit[] {
  return unit.lines.flatMap((line, at) => {
    if (!/\bmlflow["']?[\s,]+["']?(?:server|ui)\b/.test(line) || /^\s*#/.test(line)) return []
    const around = unit.lines.slice(at, at + 12).join(' ')
    return /--host[\s=",]+0\.0\.0\.0/.test(around) && !around.includes('--app-name') ? [{ line: at + 1 }] : []
  })
}

const insecureCurl = (words: readonly string[], { text }: { text: string }): boolean =>
  (isProgram(words, 'curl') &&
    words.some((word) => /^-[a-zA-Z]*k[a-zA-Z]*$/.test(word) || word === '--insecure') &&
    !/\bhttp:\/\/|:80(?:[/\s]|$)/.test(text)) ||
  (isProgram(words, 'wget') && words.includes('--no-check-certificate')) ||
  words.some((word) =>
    // millrace-audit: allow exposure/tls it is what the rule looks for
    /^(?:MLFLOW_TRACKING_INSECURE_TLS=(?:true|1)|NODE_TLS_REJECT_UNAUTHORIZED=0|PYTHONHTTPSVERIFY=0|GIT_SSL_NO_VERIFY=(?:true|1))$/i.test(
      word,
    ),
  )

/** What listens; settings of a client have a host too. */
const STARTS = /(?:^|\.)(?:run\w*|launch|serve\w*|start\w*|listen|\w*[sS]erver)$|^uvicorn\.Config$/

/** What can be reached, or read on the way, by more than was meant. */
export const EXPOSURE: readonly Rule[] = [
  {
    id: 'exposure/tracking-server',
    category: 'DATA_EXPOSURE',
    severity: 'high',
    confidence: 'high',
    cwe: 306,
    title: 'A tracking server that everybody may use',
    why: 'It listens on every address and has no login.',
    means: 'Who reaches the port reads and deletes runs and models, and registers models that others will load.',
    recommendation: 'Listen on 127.0.0.1 behind a proxy with login, or turn login on (--app-name basic-auth; `millrace server --auth`).',
    languages: ['shell', 'dockerfile', 'yaml'],
    hints: ['mlflow'],
    find: byLanguage({ shell: commandsWhere(openTracking), dockerfile: commandsWhere(openTracking), yaml: trackingInYaml }),
    bad: [
      shell('mlflow server --host 0.0.0.0 --port 5000'),
      yaml('services:\n  mlflow:\n    command: mlflow server --host 0.0.0.0', 3),
      yaml('services:\n  mlflow:\n    container_name: mlflow-server\n    command: >\n      mlflow server\n      --host 0.0.0.0', 5),
      dockerfile('FROM scratch\nCMD ["mlflow", "ui", "--host", "0.0.0.0"]', 2),
    ],
    good: [shell('mlflow server --host 127.0.0.1'), shell('mlflow server --host 0.0.0.0 --app-name basic-auth')],
  },
  {
    id: 'exposure/bind',
    category: 'DATA_EXPOSURE',
    severity: 'low',
    confidence: 'medium',
    cwe: 1327,
    title: 'A server listens on every address',
    why: '0.0.0.0 is every network that the machine is in.',
    means: 'In a container that is usual; on a desk or a shared machine others can reach it.',
    recommendation: 'Listen on 127.0.0.1, and let a proxy or the platform decide who comes in.',
    languages: ['python', 'shell'],
    hints: ['0.0.0.0'],
    find: byLanguage({
      python: callsWhere(
        (call) =>
          STARTS.test(call.name) &&
          call.args.some(({ name, value }) => /^(?:host|server_name|bind)$/.test(name ?? '') && value === '0.0.0.0'),
      ),
      shell: commandsWhere((words) => bindsAll(words) && !openTracking(words) && !isProgram(words, 'docker')),
    }),
    bad: [python('app.run(host="0.0.0.0", port=8080)'), shell('uvicorn app:app --host 0.0.0.0')],
    good: [python('app.run(host="127.0.0.1")'), shell('uvicorn app:app')],
  },
  {
    id: 'exposure/cors',
    category: 'DATA_EXPOSURE',
    severity: 'medium',
    confidence: 'high',
    cwe: 942,
    title: 'Every web page may call this server',
    why: 'CORS allows any origin.',
    means: 'A page that somebody visits can read answers with that person’s network, and login where credentials are allowed.',
    recommendation: 'Name the origins that need it.',
    languages: ['python', 'javascript', 'shell', 'yaml', 'dockerfile', 'config'],
    hints: ['ors', 'ORS', 'Access-Control', 'allow_origins'],
    find: byLanguage({
      python: callsWhere(
        (call) =>
          call.args.some(
            ({ name, text }) =>
              /^(?:allow_origins|origins|access_control_allow_origins)$/.test(name ?? '') && /^[[(]?["']\*["'][\])]?$/.test(text),
          ) ||
          (/(?:^|\.)CORS$/.test(call.name) && call.args.length === 1),
      ),
      javascript: linesLike(/Access-Control-Allow-Origin['"]?\s*[,:]\s*['"]\*|\bcors\(\s*\)|\borigin:\s*['"]\*['"]/, /^\s*(?:\/\/|\*)/),
      shell: commandsWhere((words) =>
        words.some((word, at) => /^--cors-allowed-origins(?:=\*)?$/.test(word) && (word.endsWith('*') || words[at + 1] === '*')),
      ),
      yaml: pairsWhere(({ key, value }) => /cors.*origin|allow[-_]?origins?$/i.test(key) && value === '*'),
      config: pairsWhere(({ key, value }) => /cors.*origin|allow[-_]?origins?$/i.test(key) && value === '*'),
    }),
    bad: [
      python('app.add_middleware(CORSMiddleware, allow_origins=["*"])'),
      python('from flask_cors import CORS\nCORS(app)', 2),
      // millrace-audit: allow exposure/cors an example of the rule
      javascript("answer.setHeader('Access-Control-Allow-Origin', '*')"),
      yaml('MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: "*"'),
    ],
    good: [python('app.add_middleware(CORSMiddleware, allow_origins=["https://ml.example"])')],
  },
  {
    id: 'exposure/tls',
    category: 'DATA_EXPOSURE',
    severity: 'high',
    confidence: 'high',
    cwe: 295,
    title: 'Certificates are not checked',
    why: 'The check of who answers is switched off.',
    means: 'Whoever is on the way reads tokens and changes models.',
    recommendation: 'Add your authority (REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS, curl --cacert), and check.',
    languages: ['python', 'javascript', 'shell', 'yaml', 'dockerfile', 'config'],
    hints: ['verify', 'INSECURE', 'insecure', 'rejectUnauthorized', 'curl', 'TLS', 'SSL', 'no-check', '_create_unverified'],
    find: byLanguage({
      python: (unit) => [
        ...unit.facts.assignments
          .filter(({ names, text }) => /\w\.verify$/.test(names[0] ?? '') && text === 'False')
          .map(({ line }) => ({ line })),
        ...callsWhere(
          (call) =>
            (/^(?:requests|httpx)\.|^\?\.(?:get|post|put|request)$/.test(call.name) && named(call, 'verify')?.text === 'False') ||
            call.name === 'ssl._create_unverified_context',
        )(unit),
      ],
      javascript: linesLike(/rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED['"\]]*\s*=\s*['"]?0/, /^\s*(?:\/\/|\*)/),
      shell: commandsWhere(insecureCurl),
      dockerfile: commandsWhere(insecureCurl),
      yaml: pairsWhere(
        ({ key, value }) =>
          (key === 'MLFLOW_TRACKING_INSECURE_TLS' && /^(?:true|1)$/i.test(value)) ||
          (/^insecure[-_]?skip[-_]?(?:tls[-_]?)?verify$/i.test(key) && value === 'true'),
      ),
      config: pairsWhere(({ key, value }) => key === 'MLFLOW_TRACKING_INSECURE_TLS' && /^(?:true|1)$/i.test(value)),
    }),
    bad: [
      python('requests.get(url, verify=False)'),
      python('session = requests.Session()\nsession.verify = False', 2),
      shell('curl -sk https://ml.example'),
      shell('export MLFLOW_TRACKING_INSECURE_TLS=true'),
      // millrace-audit: allow exposure/tls an example of the rule
      javascript('new Agent({ rejectUnauthorized: false })'),
    ],
    good: [python('requests.get(url, verify="ca.pem")'), shell('curl -s https://ml.example'), shell('curl -k http://127.0.0.1:80/x')],
  },
  {
    id: 'exposure/plain-http',
    category: 'DATA_EXPOSURE',
    severity: 'low',
    confidence: 'medium',
    cwe: 319,
    title: 'A tracking server is called without TLS',
    why: 'The address is http:// and not of this machine.',
    means: 'Tokens, parameters and models can be read and changed on the way.',
    recommendation: 'Put TLS before the server, and name it by https://.',
    languages: ['python', 'shell', 'yaml', 'dockerfile', 'config'],
    hints: ['racking_uri', 'RACKING_URI', 'egistry_uri'],
    find: byLanguage({
      python: callsWhere((call) => /(?:^|\.)set_(?:tracking|registry)_uri$/.test(call.name) && isRemote(call.args[0]?.value ?? '')),
      shell: (unit) =>
        linesLike(/RACKING_URI=["']?http:/)(unit).filter(({ line }) =>
          isRemote(/RACKING_URI=["']?(\S+)/.exec(unit.lines[line - 1] ?? '')?.[1] ?? ''),
        ),
      // A name without a dot is a service beside it.
      yaml: pairsWhere(({ key, value }) => /TRACKING_URI$/i.test(key) && isRemote(value) && /^http:\/\/[^/:]*\./.test(value)),
      config: pairsWhere(({ key, value }) => /TRACKING_URI$/i.test(key) && isRemote(value)),
    }),
    bad: [
      python('import mlflow\nmlflow.set_tracking_uri("http://mlflow.example:5000")', 2),
      shell('export MLFLOW_TRACKING_URI=http://10.0.0.5:5000'),
    ],
    good: [python('mlflow.set_tracking_uri("http://localhost:5000")'), shell('export MLFLOW_TRACKING_URI=https://ml.example')],
  },
  {
    id: 'exposure/public-bucket',
    category: 'DATA_EXPOSURE',
    severity: 'high',
    confidence: 'high',
    cwe: 732,
    title: 'Objects that everybody may read',
    why: 'The access list is public.',
    means: 'Models and data can be fetched, and with write rights replaced, by anybody.',
    recommendation: 'Leave the bucket private, and hand out signed URLs.',
    languages: ['python', 'shell', 'yaml'],
    hints: ['public'],
    find: byLanguage({
      python: callsWhere((call) =>
        call.args.some(({ name, text }) => (name === 'ACL' || name === 'ExtraArgs') && /public-read/.test(text)),
      ),
      shell: commandsWhere(
        (words) => words.some((word) => /^(?:--acl=)?public-read/.test(word)) || (isProgram(words, 'mc') && words.includes('public')),
      ),
      yaml: linesLike(/^\s*(?:acl|AccessControl):\s*["']?(?:public-read|PublicRead)/),
    }),
    bad: [python('s3.upload_file(a, b, c, ExtraArgs={"ACL": "public-read"})'), shell('aws s3 cp m.onnx s3://b/ --acl public-read')],
    good: [shell('aws s3 cp m.onnx s3://b/')],
  },
]

const isRemote = (address: string): boolean => /^http:\/\/[\w[]/.test(address) && !LOOPBACK.test(address)
