import { anyOf } from '../syntax/any-of.ts'
import type { Unit } from '../unit.ts'
import { byLanguage, callsWhere, commandsWhere, isProgram, linesLike, pairsWhere } from './places.ts'
import { config, dockerfile, type Hit, python, type Rule, shell, yaml } from './rule.ts'

// Put together, so that this file holds none.
const GAP = '$' + '{{ '
/** What somebody who is not of the project can write. */
const FOREIGN = anyOf(
  '',
  /\$\{\{[^}]*\bgithub\.event\.(?:issue|comment|review|pull_request|discussion|head_commit)\.(?:title|body|message|head\.(?:ref|label))\b/,
  /\$\{\{[^}]*\bgithub\.head_ref\b/,
)

function foreignInScripts(unit: Unit): Hit[] {
  return unit.lines.flatMap((line, at) =>
    FOREIGN.test(line) && !/^\s*(?:#|(?:-\s*)?[\w-]+:\s*["']?\$\{\{)/.test(line) ? [{ line: at + 1 }] : [],
  )
}

const inWorkflow = ({ file, text }: Unit): boolean => /(?:^|\/)\.github\//.test(file) || /^\s*(?:runs-on|steps):/m.test(text)

const NO_LOGIN = new RegExp(
  [
    'GF_AUTH_ANONYMOUS_ENABLED|ALLOW_EMPTY_PASSWORD|ALLOW_ANONYMOUS_LOGIN|MINIO_.*_ANONYMOUS|MYSQL_ALLOW_EMPTY_PASSWORD',
    'AIRFLOW__WEBSERVER__AUTHENTICATE_OFF|DISABLE_AUTH(?:ENTICATION)?|AUTH_DISABLED',
  ].join('|'),
)
const isYes = (value: string): boolean => /^(?:true|yes|1|on)$/i.test(value)
const opensUp = (key: string, value: string): boolean =>
  (NO_LOGIN.test(key) && isYes(value)) ||
  (key === 'POSTGRES_HOST_AUTH_METHOD' && value === 'trust') ||
  (key === 'xpack.security.enabled' && value === 'false')
const openNotebook = (words: readonly string[]): boolean =>
  words.some((word) => /^--(?:NotebookApp|ServerApp|IdentityProvider)\.(?:token|password)=$/.test(word))

const opensFiles = (words: readonly string[]): boolean =>
  isProgram(words, 'chmod') && words.slice(1).some((word) => /^0?(?:777|666)$|^(?:a|o|ugo|go)\+\w*w/.test(word))

/** Pipelines, and what they bring up. */
export const PIPELINES: readonly Rule[] = [
  {
    id: 'command/ci-expression',
    category: 'COMMAND_EXECUTION',
    severity: 'high',
    confidence: 'high',
    cwe: 78,
    title: 'A CI’s script has a text of strangers in it',
    why: 'A title, comment or branch name is put into a script before the shell reads it.',
    means: 'Who opens an issue or a pull request runs commands in the CI, with its token.',
    recommendation: 'Give it to the script as a variable (env:), and quote that.',
    languages: ['yaml'],
    hints: ['github.event', 'github.head_ref'],
    find: (unit) => (inWorkflow(unit) ? foreignInScripts(unit) : []),
    bad: [yaml(`steps:\n  - run: echo "${GAP}github.event.issue.title }}"`, 2)],
    good: [
      yaml(`steps:\n  - run: echo "$TITLE"\n    env:\n      TITLE: ${GAP}github.event.issue.title }}`),
      yaml(`steps:\n  - run: echo ${GAP}github.sha }}`),
    ],
  },
  {
    id: 'privilege/foreign-checkout',
    category: 'PRIVILEGE',
    severity: 'high',
    confidence: 'medium',
    cwe: 829,
    title: 'A CI runs the code of strangers with its own rights',
    why: 'pull_request_target has the repository’s secrets, and the workflow checks out the branch of the pull request.',
    means: 'Who opens a pull request reads secrets and can push.',
    recommendation: 'Use pull_request, or check out the base and run nothing of the branch.',
    languages: ['yaml'],
    hints: ['pull_request_target'],
    find: (unit) =>
      /^\s*pull_request_target:|\bon:.*pull_request_target/m.test(unit.text)
        ? linesLike(/ref:.*github\.event\.pull_request\.head/)(unit)
        : [],
    bad: [yaml(`on:\n  pull_request_target:\nsteps:\n  - with:\n      ref: ${GAP}github.event.pull_request.head.sha }}`, 5)],
    good: [yaml(`on:\n  pull_request:\nsteps:\n  - with:\n      ref: ${GAP}github.event.pull_request.head.sha }}`)],
  },
  {
    id: 'download/action-branch',
    category: 'EXTERNAL_DOWNLOADS',
    severity: 'low',
    confidence: 'high',
    cwe: 1357,
    title: 'An action of a CI comes from a branch',
    why: '`uses: owner/action@main` is whatever was pushed there last.',
    means: 'Who can push there runs code in this CI, with its secrets.',
    recommendation: 'Name the commit in full, or at the least a version.',
    languages: ['yaml'],
    hints: ['uses'],
    find: pairsWhere(({ key, value }) => key === 'uses' && /^[\w.-]+\/[\w./-]+@(?:main|master|develop|latest|HEAD)$/.test(value)),
    bad: [yaml('steps:\n  - uses: owner/action@main', 2)],
    good: [yaml('steps:\n  - uses: owner/action@v4'), yaml('steps:\n  - uses: ./.github/actions/own')],
  },
  {
    id: 'exposure/no-login',
    category: 'DATA_EXPOSURE',
    severity: 'medium',
    confidence: 'high',
    cwe: 306,
    title: 'A service is started without a login',
    why: 'Its setting lets everybody in: a notebook without a token, a database that trusts, a dashboard for the anonymous.',
    means: 'Who reaches the port has what is behind it; of a notebook that is a shell.',
    recommendation: 'Leave the setting away, and give it a password from a secret.',
    languages: ['shell', 'dockerfile', 'yaml', 'config'],
    hints: ['ANONYMOUS', 'EMPTY_PASSWORD', 'AUTH', 'xpack.security', 'NotebookApp', 'ServerApp', 'IdentityProvider'],
    find: byLanguage({
      shell: commandsWhere((words) => openNotebook(words) || words.some((word) => opensUp(...pair(word)))),
      dockerfile: (unit) => [
        ...commandsWhere(openNotebook)(unit),
        ...unit.instructions
          .filter(({ name, text }) => name === 'ENV' && text.split(/\s+/).some((word) => opensUp(...pair(word))))
          .map(({ line, end_line }) => ({ line, end_line })),
      ],
      yaml: (unit) => [
        ...pairsWhere(({ key, value }) => opensUp(key, value) || (key === 'environment' && opensUp(...pair(value))))(unit),
        ...linesLike(/--(?:NotebookApp|ServerApp|IdentityProvider)\.(?:token|password)=(?:''|""|["']?\s*(?:$|["'\]]))/)(unit),
      ],
      config: pairsWhere(({ key, value }) => opensUp(key, value)),
    }),
    bad: [
      shell("jupyter lab --ip=0.0.0.0 --ServerApp.token=''"),
      yaml('services:\n  db:\n    environment:\n      POSTGRES_HOST_AUTH_METHOD: trust', 4),
      yaml('services:\n  db:\n    environment:\n      - GF_AUTH_ANONYMOUS_ENABLED=true', 4),
      dockerfile('FROM scratch\nENV ALLOW_EMPTY_PASSWORD=yes', 2),
      config('ALLOW_EMPTY_PASSWORD=yes'),
    ],
    good: [shell('jupyter lab'), yaml('environment:\n  GF_AUTH_ANONYMOUS_ENABLED: "false"')],
  },
  {
    id: 'privilege/world-writable',
    category: 'PRIVILEGE',
    severity: 'medium',
    confidence: 'high',
    cwe: 732,
    title: 'Everybody may write here',
    why: 'The mode has write for all: 777, 666, a+w.',
    means: 'Any program on the machine or in the container replaces models and scripts.',
    recommendation: 'Give the files to the user that needs them (chown), with 750.',
    languages: ['shell', 'dockerfile', 'python'],
    hints: ['chmod'],
    find: byLanguage({
      // A CI's machine is thrown away.
      shell: (unit) => (/(?:^|\/)\.github\//.test(unit.file) ? [] : commandsWhere(opensFiles)(unit)),
      dockerfile: commandsWhere(opensFiles),
      python: callsWhere(({ name, args }) => name === 'os.chmod' && /^0o(?:777|666)$/.test(args[1]?.text ?? '')),
    }),
    bad: [
      shell('chmod -R 777 /models'),
      dockerfile('FROM scratch\nRUN chmod a+w /opt/models', 2),
      python('import os\nos.chmod(path, 0o777)', 2),
    ],
    good: [shell('chmod 755 run.sh'), shell('chmod +x run.sh'), python('import os\nos.chmod(path, 0o640)')],
  },
  {
    id: 'download/npx',
    category: 'EXTERNAL_DOWNLOADS',
    severity: 'low',
    confidence: 'high',
    cwe: 1357,
    title: 'A program is downloaded and run without a version',
    why: 'npx -y, uvx and pipx run take the newest that is there and run it at once.',
    means: 'What runs tomorrow is not what was reviewed today.',
    recommendation: 'Name a version (name@1.2.3).',
    languages: ['shell', 'dockerfile'],
    hints: ['npx', 'uvx', 'pipx'],
    find: commandsWhere((words) => {
      const named = words.slice(1).find((word) => !word.startsWith('-') && word !== 'run')
      const runs =
        (isProgram(words, 'npx') && /^(?:-y|--yes)$/.test(words[1] ?? '')) ||
        isProgram(words, 'uvx') ||
        (isProgram(words, 'pipx') && words[1] === 'run')
      return runs && named !== undefined && /^@?[\w./-]+$/.test(named)
    }),
    bad: [shell('npx -y some-mcp-server'), shell('uvx mlflow server')],
    good: [shell('npx -y some-mcp-server@1.2.3'), shell('uvx mlflow==3.17.2 server'), shell('npx tsc')],
  },
]

function pair(word: string): [key: string, value: string] {
  const at = word.indexOf('=')
  return at === -1 ? ['', ''] : [word.slice(0, at), word.slice(at + 1).replaceAll(/["']/g, '')]
}
