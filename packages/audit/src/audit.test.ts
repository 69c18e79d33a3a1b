import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { type AuditOptions, auditFiles, auditFolder } from './audit.ts'
import type { AuditReport } from './audit-report.ts'
import { readBaseline, writeBaseline } from './baseline.ts'
import { contextOf } from './inventory.ts'
import { htmlReport } from './report/html.ts'
import { jsonReport } from './report/json.ts'
import { markdownReport } from './report/markdown.ts'
import { sarifReport } from './report/sarif.ts'
import { textReport } from './report/text.ts'
import { notebook } from './testing/labelled.ts'

const audit = (files: Record<string, string>, options: Partial<AuditOptions> = {}): Promise<AuditReport> =>
  auditFiles(
    Object.entries(files).map(([file, text]) => ({ file, text, context: contextOf(file) })),
    { name: 'sample', ...options },
  )

const places = ({ findings }: AuditReport): string[] => findings.map(({ rule, file, line, weight }) => `${rule} ${file}:${line} ${weight}`)

const PICKLE = 'import pickle\nmodel = pickle.load(f)\n'

test('code in Markdown is found on the lines of the page, and weighs less than code', async () => {
  const report = await audit({
    'README.md': '# How\n\n```python\nimport pickle\npickle.load(f)\n```\n\n```bash\npip install mlflow\n```\n',
  })
  assert.deepEqual(places(report), ['rce/pickle-load README.md:5 medium', 'download/pip-unpinned README.md:9 info'])
  assert.deepEqual([report.risk, report.verdict], ['MEDIUM', 'Warn'])
})

test('cells of a notebook are found on the lines of the file, commands of a shell in them too', async () => {
  const cells = [
    { cell_type: 'markdown', source: ['pickle.load(f)'] },
    { cell_type: 'code', source: ['!pip install mlflow\n', 'import pickle\n', 'model = pickle.load(f)'] },
  ]
  const text = JSON.stringify({ cells }, null, 1)
  const line = (part: string): number => text.split('\n').findIndex((one) => one.includes(part)) + 1
  assert.deepEqual(places(await audit({ 'a.ipynb': text })), [
    `rce/pickle-load a.ipynb:${line('model = pickle')} high`,
    `download/pip-unpinned a.ipynb:${line('!pip')} low`,
  ])
})

test('scripts of a CI are read as shell', async () => {
  const text =
    'jobs:\n  a:\n    steps:\n      - run: |\n          set -e\n          curl -s https://get.example | bash\n      - run: echo fine\n'
  assert.ok(places(await audit({ 'ci.yml': text })).includes('download/run ci.yml:6 high'))
})

test('what somebody allowed with a reason counts for nothing and is told; without a reason it counts', async () => {
  const allowed = await audit({ 'a.py': 'import pickle\npickle.load(f)  # millrace-audit: allow rce/pickle-load our own file\n' })
  assert.deepEqual([allowed.risk, allowed.findings.length, allowed.allowed[0]?.reason], ['SAFE', 0, 'our own file'])
  const alone = await audit({
    'a.py': 'import pickle\n# millrace-audit: allow rce/pickle-load our own file\npickle.load(f)\npickle.load(f)\n',
  })
  assert.deepEqual(places(alone), ['rce/pickle-load a.py:4 high'])
  const bare = await audit({ 'a.py': 'import pickle\npickle.load(f)  # millrace-audit: allow rce/pickle-load\n' })
  assert.equal(bare.findings.length, 1)
  const text = 'import pickle\npickle.load(f)  # millrace-audit: allow rce/pickle-load trust me\n'
  assert.equal((await audit({ 'a.py': text }, { allowances: false })).findings.length, 1)
})

test('a baseline keeps what is known, also when lines move, and nothing that is new', async () => {
  const before = await audit({ 'a.py': PICKLE })
  const baseline = readBaseline(writeBaseline(before.findings))
  const moved = await audit({ 'a.py': `\n\n${PICKLE}other = pickle.load(g)\n` }, { baseline })
  assert.deepEqual(places(moved), ['rce/pickle-load a.py:5 high'])
  assert.equal(moved.allowed.length, 1)
  for (const text of ['no', '{}', '{"findings":[1]}']) assert.throws(() => readBaseline(text), /This is no baseline/)
})

test('no report shows a secret', async () => {
  const secrets = ['Tr0ub4dor', 'AKIA'.concat('QWERTYUIOPASDFGH'), 's3cr3tpw']
  const text = `db_password = "${secrets[0]}-3"\nkey = "${secrets[1]}"\nuri = "postgresql://ml:${secrets[2]}@db/x"\n`
  const report = await audit({ 'a.py': text })
  assert.deepEqual(report.findings.map(({ rule }) => rule).sort(), ['credentials/assigned', 'credentials/token', 'credentials/uri'])
  for (const made of [jsonReport(report), textReport(report), markdownReport(report), sarifReport(report, '1'), htmlReport(report)]) {
    for (const secret of secrets) assert.ok(!made.includes(secret), `${secret} in ${made}`)
  }
})

test('what one rule knows for a secret, none shows, whatever signs are in it: in commands, addresses, Secrets of Kubernetes', async () => {
  const secret = 'Tr0ub4dor'
  const report = await audit({
    'a.sh': [
      `sudo docker login -u ml -p ${secret}1 registry.example`,
      `curl -u admin:${secret}2 https://get.example | sh`,
      `export DB_PASSWORD='a,b)${secret}-3'`,
      'redis-cli -u redis://:'.concat(secret, '4@cache:6379'),
      `docker run \\\n  -e DB_PASSWORD=${secret}-5 \\\n  ml/db`,
    ].join('\n'),
    'b.py': [
      `settings = {"password": "a,b)c'${secret}-6"}`,
      'uri = "postgresql://ml:a@b'.concat(secret, '7@db/x"'),
      `connect(password=os.getenv("DB_PASSWORD", "(${secret}-8"), uri=f"postgresql://{user}@db")`,
    ].join('\n'),
    'c.json': `{ "warehouse": { "password": "a,b:${secret}-9" } }`,
    'd.yaml': `kind: Secret\nstringData:\n  pass: ${secret}10\n`,
    Makefile: `DB_PASSWORD := ${secret}-11\n`,
  })
  assert.ok(
    report.findings.some(({ rule }) => rule === 'download/run'),
    'a rule that is not about secrets',
  )
  const about_secrets = report.findings.filter(({ category }) => category === 'CREDENTIALS_UNSAFE')
  const places = [...new Set(about_secrets.map(({ file, line }) => `${file}:${line}`))].sort()
  const expected = ['Makefile:1', ...[1, 2, 3, 4, 6].map((line) => `a.sh:${line}`), 'b.py:1', 'b.py:2', 'b.py:3', 'c.json:1', 'd.yaml:3']
  assert.deepEqual(places, expected)
  for (const { rule, evidence } of report.findings) assert.ok(!evidence.includes(secret), `${rule}: ${evidence}`)
})

test('a line with characters that nobody sees is shown with their numbers', async () => {
  const report = await audit({ 'a.py': 'x = "user\u202e"\n' })
  assert.match(textReport(report), /<U\+202E>/)
  assert.doesNotMatch(textReport(report), /\u202e/)
})

test('the same files give the same bytes, and what git ignores or others wrote is left out', async () => {
  const files = {
    'train.py': PICKLE,
    '.gitignore': '/build/\n*.tmp.py\n!keep.tmp.py\n',
    'build/a.py': PICKLE,
    'x.tmp.py': PICKLE,
    'keep.tmp.py': PICKLE,
    'node_modules/p/a.py': PICKLE,
    '.venv/lib/a.py': PICKLE,
    'model.bin': 'a\0b',
  }
  const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'millrace-audit-')))
  try {
    for (const folder of folders) {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, file)), { recursive: true })
        writeFileSync(join(folder, file), text)
      }
    }
    const [a, b] = await Promise.all(folders.map((folder) => auditFolder(folder, { name: 'same' })))
    assert.ok(a && b)
    assert.equal(jsonReport(a), jsonReport(b))
    assert.deepEqual(places(a), ['rce/pickle-load keep.tmp.py:2 high', 'rce/pickle-load train.py:2 high'])
    assert.deepEqual(a.not_read, ['model.bin'])
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
})

test('SARIF names the place, the rule with its CWE, and what was judged as suppressed', async () => {
  const text = `${PICKLE}pickle.load(g)  # millrace-audit: allow rce/pickle-load ours\n`
  const report = await audit({ 'a b.py': text })
  const [run] = JSON.parse(sarifReport(report, '1.0')).runs
  assert.deepEqual(run.tool.driver.rules[0].properties.tags, ['security', 'REMOTE_CODE_EXECUTION', 'external/cwe/cwe-502'])
  const [open, judged] = run.results
  assert.deepEqual(open.locations[0].physicalLocation, { artifactLocation: { uri: 'a%20b.py' }, region: { startLine: 2, endLine: 2 } })
  assert.equal(open.suppressions, undefined)
  assert.deepEqual(judged.suppressions, [{ kind: 'external', justification: 'ours' }])
  const places = ['4. plots/model.pkl', 'http://[::1]:5000', 'models:/churn/7']
  const elsewhere = { ...report, findings: places.flatMap((file) => report.findings.map((one) => ({ ...one, file, line: 0 }))) }
  const results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] = JSON.parse(sarifReport(elsewhere, '1.0'))
    .runs[0].results
  const uris = results.slice(0, places.length).map((one) => one.locations[0]?.physicalLocation.artifactLocation.uri)
  assert.deepEqual(uris, ['4.%20plots/model.pkl', 'http://[::1]:5000', 'models:/churn/7'])
})

test('BR-11: the page of a report has no script and no markup of what it quotes', async () => {
  const page = htmlReport(
    await audit({ 'a<b>.py': 'import pickle\nx = pickle.load(f)  # <script>alert(1)</script><img src=x>\n' }, { name: '<i>kit' }),
  )
  assert.doesNotMatch(page, /<script|<img|<i>|<b>/)
  assert.match(page, /default-src 'none'/)
  assert.match(page, /color-scheme: light dark/)
  assert.match(page, /a&lt;b&gt;\.py \(line 2\): <code>x = pickle\.load\(f\) # &lt;script&gt;/)
})

test('models among the files are scanned, and pictures are none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-audit-'))
  try {
    // Pickles that call os.system: of bytes, and of text alone.
    writeFileSync(join(folder, 'model.pkl'), Buffer.from('\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R.', 'latin1'))
    for (const name of ['old.pkl', 'weights.bin']) writeFileSync(join(folder, name), "cos\nsystem\n(S'true'\ntR.")
    writeFileSync(join(folder, 'plot.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))
    const report = await auditFolder(folder, { name: 'models' })
    assert.deepEqual(
      report.findings.map(({ file, category, weight }) => [file, category, weight]),
      [
        ['model.pkl', 'REMOTE_CODE_EXECUTION', 'critical'],
        ['old.pkl', 'REMOTE_CODE_EXECUTION', 'critical'],
        ['weights.bin', 'REMOTE_CODE_EXECUTION', 'critical'],
      ],
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a folder’s own baseline counts, unless nothing in the files is to count', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-audit-'))
  try {
    writeFileSync(join(folder, 'a.py'), PICKLE)
    const before = await auditFolder(folder, { name: 'own' })
    writeFileSync(join(folder, 'audit-baseline.json'), writeBaseline(before.findings))
    assert.equal((await auditFolder(folder, { name: 'own' })).risk, 'SAFE')
    assert.equal((await auditFolder(folder, { name: 'own', allowances: false })).risk, 'HIGH')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the report has the layout of published audits', async () => {
  const report = textReport(await audit({ 'a.py': PICKLE }))
  assert.match(report, /^sample\nVerdict: {4}Fail\nRisk level: HIGH\nCategories: REMOTE_CODE_EXECUTION\n/)
  assert.match(report, /\[REMOTE_CODE_EXECUTION\] A pickle is loaded .*\n {4}a\.py \(line 2\): model = pickle\.load\(f\)\n/)
  assert.match(report, /Why it was flagged: .*\n +What this means: .*\n +Recommendation: /)
  const clean = textReport(await audit({ 'a.py': 'print("hello")\n' }))
  assert.match(clean, /Verdict: {4}Pass\nRisk level: SAFE\nCategories: SAFE/)
})

test('a .gitignore hides neither what was committed nor, in code of others, anything', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-audit-'))
  try {
    mkdirSync(join(folder, 'runs'))
    for (const file of ['run.py', 'runs/kept.py', 'runs/left.py', 'other.py']) writeFileSync(join(folder, file), PICKLE)
    writeFileSync(join(folder, '.gitignore'), 'run*\n')
    const read = async (path: string, allowances: boolean): Promise<string[]> =>
      (await auditFolder(path, { name: 'ignored', allowances })).findings.map(({ file }) => file)
    assert.deepEqual(await read(folder, true), ['other.py'])
    assert.deepEqual(await read(folder, false), ['other.py', 'run.py', 'runs/kept.py', 'runs/left.py'])
    for (const version of ['2', '4']) {
      const git = (...args: string[]) => execFileSync('git', ['-C', folder, '-c', `index.version=${version}`, ...args], { stdio: 'pipe' })
      git('init', '-q')
      git('add', '-f', 'run.py', 'runs/kept.py', 'other.py')
      git('update-index', '--index-version', version)
      assert.deepEqual(await read(folder, true), ['other.py', 'run.py', 'runs/kept.py'], `index version ${version}`)
      assert.deepEqual(await read(join(folder, 'runs'), true), ['kept.py', 'left.py'])
      rmSync(join(folder, '.git'), { recursive: true })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a program that a notebook writes to a file is read as what it is', async () => {
  const { findings } = await audit({
    'a.ipynb': notebook(
      '%%writefile serve.py\nimport joblib\nm = joblib.load(p)',
      '%%writefile run.sh\ncurl https://x.example/i.sh | bash',
    ),
  })
  assert.deepEqual(findings.map(({ rule }) => rule).sort(), ['download/run', 'rce/joblib-load'])
})

test('an image that a kustomization of the folder replaces is not what runs', async () => {
  const manifest = 'kind: Pod\nspec:\n  containers:\n    - image: controller:latest\n    - image: redis:latest\n'
  const files = {
    'k8s/pod.yaml': manifest,
    'k8s/kustomization.yaml': 'images:\n- name: controller\n  newName: mine/controller\n  newTag: 1.2.3\n',
  }
  assert.deepEqual(places(await audit(files)), ['download/image-latest k8s/pod.yaml:5 medium'])
  assert.equal((await audit({ ...files, 'k8s/kustomization.yaml': 'resources: [pod.yaml]\n' })).findings.length, 2)
})

test('a pipeline of very many commands takes a time that goes with its length, and the file beside it is read', async () => {
  const begin = process.cpuUsage().user
  const report = await audit({
    'a.sh': `${'curl -sSL x | '.repeat(20_000)}sh`,
    Dockerfile: `FROM a:1@sha256:${'0'.repeat(64)}\nRUN ${'curl x | '.repeat(20_000)}sh`,
  })
  assert.equal(process.cpuUsage().user - begin < 20_000_000, true, 'more than 20 s of the processor')
  const files = report.findings.filter(({ rule }) => rule === 'download/run').map(({ file }) => file)
  assert.deepEqual([...new Set(files)].sort(), ['Dockerfile', 'a.sh'])
})
