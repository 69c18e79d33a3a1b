import { anyOf } from '../syntax/any-of.ts'
import type { Pair } from '../syntax/pairs.ts'
import type { Unit } from '../unit.ts'
import { piped } from './piped.ts'
import { byLanguage, commandsWhere, isProgram, linesLike, pairsWhere } from './places.ts'
import { dockerfile, type Hit, type Rule, shell, yaml } from './rule.ts'

const SCRIPTS = ['shell', 'dockerfile'] as const

const TAKES_VALUE = anyOf(
  '',
  /^(?:-[qvUI]*[rcitefp]|--requirement|--constraint|--index-url|--extra-index-url|--target|--prefix|--editable|--find-links)$/,
  /^--(?:index-strategy|python|platform|root|cache-dir|python-version|only-binary|no-binary|timeout|torch-backend|python-platform)$/,
  /^--(?:index|default-index|extra|group|exclude-newer|resolution|link-mode|trusted-host|proxy|retries|upgrade-strategy|src|log)$/,
)

/** What pip would install without a version, of one command. */
function unpinned(words: readonly string[]): boolean {
  const at = isProgram(words, 'pip', 'pip3')
    ? 1
    : words[1] === '-m' && words[2] === 'pip'
      ? 3
      : words[0] === 'uv' && words[1] === 'pip'
        ? 2
        : -1
  if (at === -1 || words[at] !== 'install') return false
  return words.some((word, index) => {
    if (index <= at || word.startsWith('-') || TAKES_VALUE.test(words[index - 1] ?? '')) return false
    return /^[A-Za-z][\w.-]*(?:\[[\w,-]+\])?(?:[<>~!].*)?$/.test(word) && word !== 'pip'
  })
}

const DIGEST = /@sha256:[0-9a-f]{64}/
const TAGGED = /:[^/:@]+$/
const hasVersion = (image: string): boolean => TAGGED.test(image) && !/:latest$/.test(image)

/** What a Dockerfile is built on; stages of its own are not. */
function bases({ instructions }: Unit): { image: string; line: number }[] {
  const stages = new Set<string>()
  return instructions.flatMap(({ name, text, line }) => {
    if (name !== 'FROM') return []
    const [, image = '', stage] = /^["']?([^\s"']+)["']?(?:\s+AS\s+(\S+))?/i.exec(text) ?? []
    const own = stages.has(image) || image === 'scratch' || image === '' || image.includes('$')
    if (stage) stages.add(stage)
    return own ? [] : [{ image, line }]
  })
}

/** Charts write name and tag apart: `image: name` beside `tag: 1.2`, or the chart's own version is the tag. */
const hasTagBeside = ({ path, value, document }: Pair, all: readonly Pair[], { file, language }: Unit): boolean => {
  const beside = path.replace(/[^.]*$/, '')
  const isBeside = (one: Pair): boolean =>
    one.document === document &&
    one.path.startsWith(beside) &&
    /^(?:tag|version|\w+Tag|defaultVersion)$/.test(one.path.slice(beside.length))
  return (
    all.some(isBeside) ||
    (language === 'yaml' && /\.mdx?$/.test(file) && !TAGGED.test(value) && !all.some(({ key }) => RUNS_IMAGES.test(key)))
  )
}
/** What a manifest, a compose file or a CI has around an image, and the values of a chart don't. */
const RUNS_IMAGES = /^(?:kind|services|containers?|jobs?|docker_env|steps|stages)$/

/** What a tool puts an image in the place of: `ko://`, and names with capitals, which no image has. */
const isStandIn = (image: string): boolean =>
  image === 'null' || /^\w+:\/\/|[A-Z]|^[^/]*\.invalid\//.test(image.replace(/:[^/]*$/, '')) || /:replace$/.test(image)

/** What compose builds from the files beside it, under this name: nothing is fetched. */
function isBuiltHere({ value, document }: Pair, all: readonly Pair[]): boolean {
  const near = all.filter((one) => one.document === document)
  return near.some(
    ({ key, path, value: image }) => key === 'image' && image === value && near.some((one) => one.path === path.replace(/image$/, 'build')),
  )
}

/** A part of a name that a CI's jobs put together: its tag comes with the job. */
const isOfMatrix = ({ path, value }: Pair): boolean => /\bmatrix\./.test(path) && !TAGGED.test(value)

const images =
  (wrong: (image: string) => boolean) =>
  (unit: Unit): Hit[] =>
    unit.language === 'dockerfile'
      ? bases(unit)
          .filter(({ image }) => wrong(image))
          .map(({ line }) => ({ line }))
      : pairsWhere(
          (pair, all) =>
            pair.key === 'image' &&
            /^\w[\w./:@-]*$/.test(pair.value) &&
            wrong(pair.value) &&
            !isStandIn(pair.value) &&
            !isBuiltHere(pair, all) &&
            !isOfMatrix(pair) &&
            !hasTagBeside(pair, all, unit),
        )(unit)

const LATER = 'What is installed tomorrow is not what was reviewed today.'

/** What is fetched from elsewhere. */
export const DOWNLOADS: readonly Rule[] = [
  {
    id: 'download/run',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'high',
    cwe: 494,
    title: 'What is downloaded is run at once',
    why: 'The answer of an address goes through a pipe, or a substitution, into a shell.',
    means: 'Who controls the address, or the way there, runs code.',
    recommendation: 'Download to a file, check its digest, read it, and run that.',
    languages: ['shell', 'dockerfile', 'yaml'],
    hints: ['curl', 'wget'],
    find: byLanguage({
      shell: commandsWhere(piped),
      dockerfile: commandsWhere(piped),
      yaml: linesLike(/\b(?:curl|wget)\b[^|#]*\|\s*(?:sudo\s+)?(?:ba|z)?sh\b/),
    }),
    bad: [
      shell('curl -sSL https://get.example/install.sh | bash'),
      shell('bash -c "$(curl -fsSL https://get.example)"'),
      dockerfile('FROM scratch\nRUN curl -L https://get.example | sh', 2),
    ],
    good: [
      shell('curl -o a.sh https://get.example/a.sh'),
      shell('curl https://api.example/x | jq .'),
      shell('curl https://api.example/x | python -m json.tool'),
    ],
  },
  {
    id: 'download/pip-unpinned',
    category: 'EXTERNAL_DOWNLOADS',
    severity: 'low',
    confidence: 'high',
    cwe: 1357,
    title: 'Packages are installed without a version',
    why: 'pip takes the newest that is there.',
    means: LATER,
    recommendation: 'Name versions with ==, or install from a file with hashes (--require-hashes).',
    languages: SCRIPTS,
    hints: ['pip'],
    find: commandsWhere(unpinned),
    bad: [shell('pip install mlflow scikit-learn'), dockerfile('FROM scratch\nRUN pip install --no-cache-dir "mlflow[extras]>=2"', 2)],
    good: [
      shell('pip install mlflow==3.17.2'),
      shell('pip install -r requirements.txt'),
      shell('pip install -qr requirements.txt'),
      shell('uv pip install --torch-backend cpu -r requirements.txt'),
      shell('pip install -U pip'),
    ],
  },
  {
    id: 'download/requirement-unpinned',
    category: 'EXTERNAL_DOWNLOADS',
    severity: 'info',
    confidence: 'high',
    cwe: 1357,
    title: 'A requirement has no fixed version',
    why: 'The installer takes the newest that fits.',
    means: LATER,
    recommendation: 'Fix it with ==, by a lock file or pip-compile.',
    languages: ['requirements'],
    hints: [''],
    find: linesLike(/^\s*[A-Za-z][\w.-]*(?:\[[\w,-]+\])?\s*(?:[<>~!][^;#]*)?(?:\s*[;#].*)?$/, /===?/),
    bad: [{ language: 'requirements', text: 'mlflow>=2.0' }],
    good: [{ language: 'requirements', text: 'mlflow==3.17.2\n-r base.txt\n# words' }],
  },
  {
    id: 'download/index',
    category: 'EXTERNAL_DOWNLOADS',
    severity: 'medium',
    confidence: 'medium',
    cwe: 427,
    title: 'Packages come from a second index as well',
    why: 'With --extra-index-url the highest version of either index wins, whoever published it.',
    means: 'A package of that name on the public index takes the place of your own.',
    recommendation: 'Use one index that mirrors the other (--index-url), or fix packages by their hashes.',
    languages: ['shell', 'dockerfile', 'requirements', 'config'],
    hints: ['extra-index-url', 'trusted-host'],
    find: linesLike(/^(?!\s*#).*--?(?:extra-index-url|trusted-host)\b|^\s*extra-index-url\s*=/),
    bad: [shell('pip install --extra-index-url https://pkg.example/simple mine==1.0')],
    good: [shell('pip install --index-url https://pkg.example/simple mine==1.0')],
  },
  {
    id: 'download/git',
    category: 'EXTERNAL_DOWNLOADS',
    severity: 'medium',
    confidence: 'high',
    cwe: 494,
    title: 'A package comes from a repository, at no fixed commit',
    why: 'pip installs what the branch or tag is at that moment.',
    means: 'Who can push there runs code here, at the next installation.',
    recommendation: 'Name the commit in full after @.',
    languages: ['shell', 'dockerfile', 'requirements'],
    hints: ['git+'],
    find: linesLike(/git\+(?:https?|ssh):\/\/\S+/, /git\+\S+@(?:[0-9a-f]{40}\b|[{$])|git\+\S+\{\w+\}|^\s*#/),
    bad: [{ language: 'requirements', text: 'mine @ git+https://git.example/ml/mine@main' }],
    good: [{ language: 'requirements', text: 'mine @ git+https://git.example/ml/mine@0123456789abcdef0123456789abcdef01234567' }],
  },
  {
    id: 'download/image-latest',
    category: 'EXTERNAL_DOWNLOADS',
    severity: 'medium',
    confidence: 'high',
    cwe: 1357,
    title: 'An image without a version',
    why: 'Without a tag, and with `latest`, the image is whatever was pushed last.',
    means: LATER,
    recommendation: 'Name a version and its digest (name:1.2@sha256:...).',
    languages: ['dockerfile', 'yaml'],
    hints: ['FROM', 'from', 'image'],
    find: images((image) => !DIGEST.test(image) && !hasVersion(image)),
    bad: [dockerfile('FROM python'), yaml('services:\n  db:\n    image: postgres:latest', 3)],
    good: [
      dockerfile('FROM python:3.12-slim AS build\nFROM build'),
      yaml('image: postgres:17.2'),
      yaml('server:\n  image: kserve/agent\n  tag: v0.15.2'),
      yaml("server:\n  image: kserve/agent\n  defaultVersion: ''"),
      yaml('containers:\n  - image: ko://git.example/cmd/manager'),
      yaml('containers:\n  - image: YOUR_REGISTRY/IMAGE_NAME'),
      yaml('containers:\n  - image: # which one?\n    ports: []'),
      yaml('services:\n  api:\n    build: .\n    image: api:latest\n  worker:\n    image: api:latest'),
      yaml(
        'jobs:\n  push:\n    strategy:\n      matrix:\n        include:\n          - image: churn-api\n    name: $'.concat(
          '{{ matrix.image }}',
        ),
      ),
      { language: 'yaml', text: 'agent:\n  image: kserve/agent', file: 'charts/README.md' },
    ],
  },
  {
    id: 'download/image-digest',
    category: 'EXTERNAL_DOWNLOADS',
    severity: 'info',
    confidence: 'high',
    cwe: 1357,
    title: 'An image without its digest',
    why: 'A tag can be pushed again with other content.',
    means: LATER,
    recommendation: 'Name its digest (name:1.2@sha256:...).',
    languages: ['dockerfile', 'yaml'],
    hints: ['FROM', 'from', 'image'],
    find: images((image) => !DIGEST.test(image) && hasVersion(image)),
    bad: [yaml('image: postgres:17.2')],
    good: [
      yaml(`image: postgres:17.2@sha256:${'ab'.repeat(32)}`),
      yaml('image: registry.ml.invalid/churn/api:required'),
      yaml('services:\n  api:\n    build:\n      context: .\n    image: api:v1'),
    ],
  },
  {
    id: 'download/manifest',
    category: 'EXTERNAL_DOWNLOADS',
    severity: 'medium',
    confidence: 'high',
    cwe: 494,
    title: 'A manifest or chart from an address goes into the cluster',
    why: 'kubectl apply -f URL and helm take what is published at that moment.',
    means: 'Who controls the address changes the cluster, with the rights of who runs the command.',
    recommendation: 'Keep a reviewed copy, and name versions (helm --version).',
    languages: ['shell'],
    hints: ['kubectl', 'helm'],
    find: commandsWhere((words) => {
      if (isProgram(words, 'kubectl')) return /^(?:apply|create)$/.test(words[1] ?? '') && words.some((word) => /^https?:/.test(word))
      if (!isProgram(words, 'helm')) return false
      if (words[1] === 'repo' && words[2] === 'add') return true
      return (
        /^(?:install|upgrade)$/.test(words[1] ?? '') &&
        !words.includes('--version') &&
        words.slice(2).some((word) => /^[\w-]+\/[\w-]+$/.test(word))
      )
    }),
    bad: [
      shell('kubectl apply -f https://releases.example/components.yaml'),
      shell('helm repo add seldon https://charts.example'),
      shell('helm install core seldon/core'),
    ],
    good: [shell('kubectl apply -f k8s/'), shell('helm install core ./chart'), shell('helm upgrade core seldon/core --version 1.2.3')],
  },
]
