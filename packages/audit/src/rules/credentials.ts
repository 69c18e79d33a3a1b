import { anyOf } from '../syntax/any-of.ts'
import type { Unit } from '../unit.ts'
import { isSecretManifest } from './kubernetes-secrets.ts'
import { byLanguage, linesLike, pairsWhere } from './places.ts'
import { type Hit, python, type Rule, shell, yaml } from './rule.ts'
import { loginIn, of, TOKENS } from './secret-forms.ts'

const EVERYWHERE = [
  'python',
  'shell',
  'javascript',
  'yaml',
  'dockerfile',
  'markdown',
  'requirements',
  'config',
  'notebook',
  'data',
  'text',
] as const

const SECRET_NAME = anyOf(
  'i',
  /(?:^|[_.-])(?:password|passwd|pwd|secret|token)$/,
  /(?:^|[_.-])(?:api|access|secret|private)[_-]?key$/,
  /(?:^|[_.-])(?:auth|access)[_-]?token$/,
)
const NOT_SECRET = anyOf(
  'i',
  /^(?:|null|none|true|false|changeme-.*|\d{1,4})$/,
  /^[\w.]*(?:secret|password|token|key)s?[\w.-]*$/,
  /^[</]|^(?:your|my|the|some)[-_ ]|\$|\{|^\*+$|x{4,}|\.\.\.|\s/,
  // The name of a secret, which is kept elsewhere: `db-password`, `seldon-upstream-client`.
  /^[a-z]+\d?(?:[-_./:][a-z]+\d?)*$/,
  /your|abc123|123abc|example|placeholder|change[-_]?me|dummy|fake|replace|redacted|\.test$|^eby8vdm02/,
  // `<token>`, as commands are read: something to be filled in.
  /^_[a-z][\w-]*_$/,
  // A program that reads it, in the text of a manifest.
  /^(?:os\.(?:environ|getenv)|process\.env)\b/,
  // Letters alone are a word.
  /^[a-z]+$/,
)
const DEFAULTS =
  /^(?:admin|password|passw0rd|password1234|mlflow|minioadmin|minio123|changeme|secret|root|postgres|test|guest|12345678?|123456|letmein)$/i

const REVOKE = 'Take it out of the file and its history, revoke it, and give it by an environment variable or a secret file.'

/** `user:password` says what an address looks like; typed into a command, it is how passwords get into commands. */
const SHAPE =
  /^(?:user(?:name)?|usr|login|db_?user|myuser|(?:access_?)?key):(?:pass(?:word|wd)?|pwd|secret|token|mypassword|db_?pass(?:word)?)$/i

function uriPasswords(unit: Unit): Hit[] {
  if (unit.language === 'data') return []
  return unit.lines.flatMap((line, at) => {
    const login = loginIn(line)
    if (!login) return []
    // What a test logs in with, on its own machine, is the test's own.
    if (unit.context === 'test' && /@(?:localhost|127\.0\.0\.1)\b/.test(line)) return []
    const is_command = unit.language === 'shell' || unit.language === 'dockerfile'
    if (!is_command && (SHAPE.test(`${login.user}:${login.password}`) || (unit.language === 'python' && /^\s*#/.test(line)))) return []
    return [{ line: at + 1 }]
  })
}

function pythonSecrets(wanted: (value: string) => boolean): (unit: Unit) => Hit[] {
  return (unit) => [
    ...unit.facts.assignments.flatMap(({ names, text, line }) => {
      const value = /^["']([^"'\n]*)["']$/.exec(text)?.[1]
      return value !== undefined && names.length === 1 && SECRET_NAME.test(names[0] ?? '') && wanted(value) ? [{ line }] : []
    }),
    ...unit.facts.calls.flatMap(({ args, line }) =>
      args.some(({ name, value }) => name !== undefined && value !== undefined && SECRET_NAME.test(name) && wanted(value))
        ? [{ line }]
        : [],
    ),
  ]
}

const isSecret = (value: string): boolean => value.length >= 6 && !NOT_SECRET.test(value) && !DEFAULTS.test(value)
/** A program's own reports of how it is used go out with a key that everybody who installs it has. */
const REPORTS_USAGE = /(?:^|[/_-])(?:telemetry|analytics|usage[_-]?stats)[\w-]*\.\w+$/i

/** In a page, `password: password` in a configuration says what belongs there. */
const saysItsKind = (value: string, { file, language, context }: Unit): boolean =>
  context === 'documentation' && /\.mdx?$/.test(file) && /^(?:yaml|config)$/.test(language) && /^(?:password|secret)$/.test(value)

const inPairs = (wanted: (value: string) => boolean) =>
  pairsWhere(({ key, path, value, document }, all) => {
    // Of a Secret of Kubernetes another rule speaks.
    if (/^(?:data|stringData)\.[^.]+$/.test(path) && isSecretManifest(all, document)) return false
    // Compose writes variables as a list too: `- NAME=value`.
    const [, name = key, given = value] = /^([A-Za-z_]\w*)=(.*)$/.exec(key === 'environment' ? value : '') ?? []
    return SECRET_NAME.test(name) && wanted(given)
  })

function inCommands(wanted: (value: string) => boolean): (unit: Unit) => Hit[] {
  return (unit) =>
    unit.commands.flatMap(({ words, line, end_line }) =>
      words.some((word) => {
        const match = /^(?:-e)?(?:--)?([\w-]+)=(.+)$/.exec(word)
        return match !== null && SECRET_NAME.test(match[1] ?? '') && wanted(match[2] ?? '')
      })
        ? [{ line, end_line }]
        : [],
    )
}

/** The same question in every language that gives names values. */
const assigned = (wanted: (value: string) => boolean) =>
  byLanguage({
    python: pythonSecrets(wanted),
    yaml: inPairs(wanted),
    config: inPairs(wanted),
    dockerfile: (unit) => linesLike(/^\s*(?:ENV|ARG)\s/)(unit).filter(({ line }) => matchesEnv(unit.lines[line - 1] ?? '', wanted)),
    shell: inCommands(wanted),
  })

const matchesEnv = (line: string, wanted: (value: string) => boolean): boolean =>
  [...line.replace(/^\s*(?:ENV|ARG)\s+/i, '').matchAll(/([\w-]+)[= ]["']?([^\s"']+)/g)].some(
    ([, name = '', value = '']) => SECRET_NAME.test(name) && wanted(value),
  )

/** Secrets that stand where they can be read. */
export const CREDENTIALS: readonly Rule[] = [
  {
    id: 'credentials/uri',
    category: 'CREDENTIALS_UNSAFE',
    severity: 'high',
    confidence: 'medium',
    cwe: 798,
    title: 'A password stands in an address',
    why: 'The address of a database or service has user and password in it.',
    means: 'It is in the process list, in shell histories, in logs and in the repository; whoever reads it can log in.',
    recommendation: 'Give the password by PGPASSWORD, a secret file or the platform’s secrets; Millrace refuses such an address in a flag.',
    languages: EVERYWHERE,
    hints: ['://'],
    find: uriPasswords,
    bad: [
      shell(of('mlflow server --backend-store-uri postgresql://mlflow:', 'mlflow@db/mlflow')),
      python(of('engine = create_engine("mysql://ml:', 's3cr3t@db/x")')),
      yaml(of('uri: postgresql://ml:', 'q8Zr41xvLw@host/db')),
    ],
    good: [
      shell('mlflow server --backend-store-uri postgresql://mlflow@db/mlflow'),
      python('url = f"postgresql://{user}:{password}@db/x"'),
      python(of('text = "Its form is postgresql://user:', 'password@host/db"')),
      python(of('place = "s3://key:', 'secret@bucket/prefix"')),
    ],
  },
  {
    id: 'credentials/token',
    category: 'CREDENTIALS_UNSAFE',
    severity: 'critical',
    confidence: 'high',
    cwe: 798,
    title: 'A token of a known service stands in the file',
    why: 'Its form is that of a real key of a cloud, a code host, a model hub or a chat.',
    means: 'Whoever reads the file can act as its owner.',
    recommendation: REVOKE,
    languages: EVERYWHERE,
    hints: ['AKIA', 'gh', 'glpat-', 'hf_', 'sk-', 'xox', 'AIza', 'dapi', 'npm_', 'pypi-', 'dckr_pat_', 'AccountKey', 'hooks.slack'],
    // The last is the key of a store for tests, which its makers publish.
    find: linesLike(TOKENS, /EXAMPLE|example|0{12}|1234567890abcdef|x{8}|Eby8vdM02xNOcqFl/i),
    bad: [python(of('key = "AKIA', 'QWERTYUIOPASDFGH"')), shell(of('export DATABRICKS_TOKEN=dapi', '3f9c8e7d6b5a4c3d2e1f0a9b8c7d6e5f'))],
    good: [
      python('key = os.environ["AWS_ACCESS_KEY_ID"]'),
      python(of('key = "AKIA', 'IOSFODNN7EXAMPLE"')),
      { language: 'data', text: of('9,the row has xoxp-1234', '5678901-2345678901-3456789012-abcdef0123...') },
    ],
  },
  {
    id: 'credentials/private-key',
    category: 'CREDENTIALS_UNSAFE',
    severity: 'critical',
    confidence: 'high',
    cwe: 321,
    title: 'A private key stands in the file',
    why: 'The file holds the block that a private key is kept in.',
    means: 'Whoever reads it can sign and decrypt as its owner.',
    recommendation: REVOKE,
    languages: EVERYWHERE,
    hints: ['PRIVATE KEY'],
    find: linesLike(/^\W{0,8}-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*\W{0,4}$/),
    bad: [{ language: 'text', text: of('-----BEGIN ', 'PRIVATE KEY-----\nMIIEvQ\n') }],
    good: [{ language: 'text', text: '-----BEGIN CERTIFICATE-----' }, python(of('if "-----BEGIN ', 'PRIVATE KEY-----" in text: pass'))],
  },
  {
    id: 'credentials/default',
    category: 'CREDENTIALS_UNSAFE',
    severity: 'medium',
    confidence: 'medium',
    cwe: 1392,
    title: 'A password that everybody knows',
    why: 'The value is the default of a product, or its name.',
    means: 'It is the first that anybody tries.',
    recommendation: 'Make a random one at the first start, and let nothing start without.',
    languages: ['python', 'shell', 'yaml', 'dockerfile', 'config'],
    hints: ['assword', 'ASSWORD', 'asswd', 'SECRET', 'ecret', 'KEY', 'key', 'TOKEN', 'oken', 'PWD'],
    // What a test logs in with is the test's own.
    find: (unit) =>
      unit.context === 'test'
        ? []
        : assigned((value) => DEFAULTS.test(value) && !/^[A-Z]+$/.test(value) && !saysItsKind(value, unit))(unit),
    bad: [
      yaml('environment:\n  GF_SECURITY_ADMIN_PASSWORD: admin', 2),
      shell('docker run -e MINIO_ROOT_PASSWORD=minioadmin minio/minio'),
      python('client.login(user="admin", password="password1234")'),
      { language: 'config', text: '[mlflow]\nadmin_password = password1234', line: 2 },
    ],
    good: [
      yaml('environment:\n  GF_SECURITY_ADMIN_PASSWORD: $' + '{GRAFANA_PASSWORD:?}'),
      python('login(password=os.environ["PASSWORD"])'),
      { language: 'yaml', text: 'online_store:\n  user: username\n  password: password', file: 'docs/store.md' },
    ],
  },
  {
    id: 'credentials/assigned',
    category: 'CREDENTIALS_UNSAFE',
    severity: 'high',
    confidence: 'medium',
    cwe: 798,
    title: 'A secret is written into the code',
    why: 'Something called a password, key or token gets a fixed value.',
    means: 'Whoever reads the code has it, and it can’t be changed without a release.',
    recommendation: REVOKE,
    languages: ['python', 'shell', 'yaml', 'dockerfile', 'config'],
    hints: ['assword', 'ASSWORD', 'asswd', 'SECRET', 'ecret', 'KEY', 'key', 'TOKEN', 'oken', 'PWD'],
    // Tokens of known forms are found in tests as well, by their own rule.
    find: (unit) => (unit.context === 'test' || REPORTS_USAGE.test(unit.file) ? [] : assigned(isSecret)(unit)),
    bad: [
      python('DB_PASSWORD = "Tr0ub4dor-3"'),
      yaml('db_password: Tr0ub4dor-3'),
      { language: 'dockerfile', text: 'ENV API_KEY=q8Zr41xvLw' },
    ],
    good: [
      python('password = input("Password: ")'),
      yaml('passwordSecretRef: db-password'),
      yaml('secret: upstream-client'),
      yaml('data:\n  conf.py: |\n    SECRET_KEY = os.environ["APP_SECRET"]\n    NAME = {{ .Values.name }}'),
      python('token = "aaa-bbb-ccc"'),
      shell('export API_KEY="$(cat key)"'),
      shell('export HUB_TOKEN=<here>'),
      shell("CLIENT_SECRET='<hash-code>'"),
      { language: 'python', text: 'TOKEN = "s2s.5xq8Zr41xvLw"', file: 'src/app/telemetry.py' },
    ],
  },
]
