import { anyOf } from '../syntax/any-of.ts'
import type { Unit } from '../unit.ts'
import { type Given, givenSecrets } from './given-values.ts'
import { linesLike } from './places.ts'
import { config, type Hit, javascript, json, python, type Rule, shell, yaml } from './rule.ts'
import { loginsIn, of, TOKENS } from './secret-forms.ts'

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

const REVOKE = 'Take it out of the file and its history, revoke it, and give it by an environment variable or a secret file.'

/** `user:password` says what an address looks like; typed into a command, it is how passwords get into commands. */
const SHAPE =
  /^(?:|user(?:name)?|usr|login|db_?user|myuser|(?:access_?)?key):(?:pass(?:word|wd)?|pwd|secret|token|mypassword|db_?pass(?:word)?)$/i

function uriPasswords(unit: Unit): Hit[] {
  if (unit.language === 'data') return []
  const is_command = unit.language === 'shell' || unit.language === 'dockerfile'
  return unit.lines.flatMap((line, at) => {
    // What a test logs in with, on its own machine, is the test's own.
    if (unit.context === 'test' && /@(?:localhost|127\.0\.0\.1)\b/.test(line)) return []
    if (unit.language === 'python' && /^\s*#/.test(line)) return []
    const logins = loginsIn(line).filter(({ user, password }) => is_command || !SHAPE.test(`${user}:${password}`))
    return logins.length === 0 ? [] : [{ line: at + 1, secrets: logins.map(({ password }) => `:${password}@`) }]
  })
}

const NOT_SECRET = anyOf(
  'i',
  /^(?:|null|none|true|false|changeme-.*|\d{1,4})$/,
  /^[\w.]*(?:secret|password|token|key)s?[\w.-]*$/,
  /^[</]|^(?:your|my|the|some)[-_ ]|\$|\{|^\*+$|x{4,}|\.\.\.|\s/,
  // The name of a secret, which is kept elsewhere: `db-password`, `seldon-upstream-client`, `auth/SET_TOKEN`, `arn:aws:…`.
  /^[a-z]+\d?(?:[-_./:][a-z]+\d?)*$|^(?:arn|projects)[:/]|^[a-z][\w+.-]*:\/\//,
  /your|abc123|123abc|example|placeholder|change[-_]?me|dummy|fake|replace|redacted|\.test$|^eby8vdm02/,
  // `<token>`, as commands are read, `[MASK]`, `@NAME@` and `%NAME%`: something to be filled in.
  /^_[a-z][\w-]*_$|^\[.*\]$|^@\w+@$|^%\w+%$|^[0-]+$/,
  // The name of something in a program, and the version of a package.
  /^[a-z._:]+$|^[\^~<>=]*v?\d+(?:\.\d+)+$/,
  // A program that reads it, in the text of a manifest.
  /^(?:os\.(?:environ|getenv)|process\.env)\b/,
)
/** Letters alone, of whichever language, are a word. */
const WORD = /^[\p{L}\p{M}]+$/u
const DEFAULTS =
  /^(?:admin|password|passw0rd|password1234|mlflow|minioadmin|minio123|changeme|secret|root|postgres|test|guest|12345678?|123456|letmein)$/i

const isSecret = (value: string): boolean => value.length >= 6 && !NOT_SECRET.test(value) && !WORD.test(value) && !DEFAULTS.test(value)
/** `MySecurePassword123!`: in a page, what the reader is to choose. */
const SAMPLE = /^(?:my|your|super|strong|secure)\w*(?:pass(?:word)?|secret|key|token)/i
/** A program's own reports of how it is used go out with a key that everybody who installs it has. */
const REPORTS_USAGE = /(?:^|[/_-])(?:telemetry|analytics|usage[_-]?stats)[\w-]*\.\w+$/i

/** In a page, `password: password` in a configuration says what belongs there; in an object, `password: 'Password'` is a label. */
function saysItsKind({ name, value, is_key }: Given, { file, language, context }: Unit): boolean {
  // `{"password": "password"}` and `PASSWORD = "password"` are names for names.
  if ((is_key || (language === 'python' && name === name.toUpperCase())) && name.toLowerCase() === value.toLowerCase()) return true
  if (!/^(?:password|secret)$/i.test(value)) return false
  return (
    /^(?:javascript|json)$/.test(language) || (context === 'documentation' && /\.mdx?$/.test(file) && /^(?:yaml|config)$/.test(language))
  )
}

/** Places where something called a secret gets a value that is wanted; what a test logs in with is the test's own. */
const given =
  (wanted: (given: Given, unit: Unit) => boolean) =>
  (unit: Unit): Hit[] =>
    unit.context === 'test'
      ? []
      : givenSecrets(unit)
          .filter((one) => wanted(one, unit))
          .map(({ line, end_line, value }) => ({ line, end_line, secrets: [value] }))

const GIVEN_IN = ['python', 'javascript', 'shell', 'yaml', 'json', 'dockerfile', 'config'] as const
const GIVEN_HINTS = ['assword', 'ASSWORD', 'asswd', 'SECRET', 'ecret', 'KEY', 'key', 'Key', 'TOKEN', 'oken', 'PWD', 'pwd', 'pass', 'PASS']

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
      python(of('mlflow.set_tracking_uri("https://ann:', 'q8Zr41@xvLw@ml.example")')),
      javascript(of("connect('redis://:", "q8Zr41xvLw@cache:6379/0')")),
      python(of('a, b = f"http://{u}:{p}@h/x", "http://ann:', 'q8Zr41xvLw@h/x"')),
    ],
    good: [
      shell('mlflow server --backend-store-uri postgresql://mlflow@db/mlflow'),
      python('url = f"postgresql://{user}:{password}@db/x"'),
      python(of('text = "Its form is postgresql://user:', 'password@host/db"')),
      python(of('place = "s3://key:', 'secret@bucket/prefix"')),
      python(of('text = "such as redis://:', 'password@cache:6379/0"')),
      shell(of('export URI=postgresql://user:', 'PASSWORD@host/db')),
      yaml(of('url: redis://:$', '{REDIS_PASSWORD}@cache:6379/0')),
      javascript('open(`https://host.example:8443/@scope/package`)'),
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
    languages: GIVEN_IN,
    hints: GIVEN_HINTS,
    find: given((one, unit) => DEFAULTS.test(one.value) && !/^[A-Z]+$/.test(one.value) && !saysItsKind(one, unit)),
    bad: [
      yaml('environment:\n  GF_SECURITY_ADMIN_PASSWORD: admin', 2),
      shell('docker run -e MINIO_ROOT_PASSWORD=minioadmin minio/minio'),
      python('client.login(user="admin", password="password1234")'),
      { language: 'config', text: '[mlflow]\nadmin_password = password1234', line: 2 },
      python('DATABASES = {"default": {"USER": "ml", "PASSWORD": "postgres"}}'),
      json('{\n  "db": { "user": "ml", "password": "changeme" }\n}', 2),
      yaml('env:\n  - name: MINIO_ROOT_PASSWORD\n    value: minioadmin', 3),
    ],
    good: [
      yaml('environment:\n  GF_SECURITY_ADMIN_PASSWORD: $' + '{GRAFANA_PASSWORD:?}'),
      python('login(password=os.environ["PASSWORD"])'),
      { language: 'yaml', text: 'online_store:\n  user: username\n  password: password', file: 'docs/store.md' },
      javascript("const labels = { password: 'Password', secret: 'Secret' }"),
      json('{"user.password": "Password"}'),
      python('class Field(Enum):\n    SECRET = "secret"'),
      python("attribute_map = {'password': 'password', 'username': 'username'}"),
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
    languages: GIVEN_IN,
    hints: GIVEN_HINTS,
    // Tokens of known forms are found in tests as well, by their own rule.
    find: given(
      ({ value }, { file, context }) =>
        isSecret(value) && !(context === 'documentation' && SAMPLE.test(value)) && !REPORTS_USAGE.test(file),
    ),
    bad: [
      python('DB_PASSWORD = "Tr0ub4dor-3"'),
      yaml('db_password: Tr0ub4dor-3'),
      { language: 'dockerfile', text: 'ENV API_KEY=q8Zr41xvLw' },
      python('connection = {\n  "host": "db",\n  "password": "Tr0ub4dor-3",\n}', 3),
      shell('docker run \\\n  -e DB_PASSWORD=Tr0ub4dor-3 \\\n  ml/db', 2),
      python('settings = dict(user="ml", password="Tr0ub4dor-3")'),
      python('os.environ["AWS_SECRET_ACCESS_KEY"] = "q8Zr41xvLw"'),
      python('password = os.getenv("DB_PASSWORD", "Tr0ub4dor-3")'),
      python('def connect(host: str, password: str = "Tr0ub4dor-3"):\n    ...'),
      python('parser.add_argument("--db-password", default="Tr0ub4dor-3")'),
      python('db_password: SecretStr = SecretStr("Tr0ub4dor-3")'),
      javascript("const config = { host: 'db', dbPassword: 'Tr0ub4dor-3' }"),
      javascript("const apiKey = process.env.API_KEY ?? 'q8Zr41xvLw'"),
      javascript("mail({ auth: { user: 'ml', smtp_pass: 'Tr0ub4dor-3' } })"),
      json('{\n  "warehouse": {\n    "password": "Tr0ub4dor-3"\n  }\n}', 3),
      json('{"environment": [{"name": "DB_PASSWORD", "value": "Tr0ub4dor-3"}]}'),
      yaml('env:\n  - name: DB_PASSWORD\n    value: Tr0ub4dor-3', 3),
      yaml('warehouse: {user: ml, client_secret: Tr0ub4dor-3}'),
      config('warehouse = { user = "ml", password = "Tr0ub4dor-3" }'),
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
      python('settings = {"password": os.environ["DB_PASSWORD"], "api_key": None, "token": get_token("a-1")}'),
      python('secret = {"password": "projects/1/secrets/db/versions/latest", "access_key": "arn:aws:secretsmanager:eu:1:x"}'),
      python('tokenizer.add({"mask_token": "[MASK_1]", "eos_token": "<|end|>", "image_token": "img-1x"})'),
      python('value = os.getenv("DB_PASSWORD", "")'),
      { language: 'config', text: 'DB_PASSWORD=MySecurePassword123!', file: 'docs/setup.md' },
      python('lazy = {"ApiToken": "._internal.cloud.api_token:ApiToken"}'),
      json('{"parse-passwd": "^1.0.0", "adminPassword": "[parameters(\'adminPassword\')]"}'),
      javascript("const texts = { password: 'Contraseña', token: 'auth/SET_TOKEN' }"),
      javascript('const headers = { token: `s-$' + '{id}1`, apiKey: process.env.API_KEY }'),
      json('{"password": "string", "secret": "$' + '{DB_SECRET}", "next_page_token": "q8Zr41xvLw"}'),
      json('{"data": [{"name": "tokenizer", "value": "Tr0ub4dor-3"}]}'),
      yaml('env:\n  - name: DB_PASSWORD\n    valueFrom: {secretKeyRef: {name: db-1, key: pw-1}}'),
      config('password = { env = "DB_PASSWORD_1" }'),
    ],
  },
]
