import type { Pair } from '../syntax/pairs.ts'
import { type Hit, type Rule, yaml } from './rule.ts'
import { GAP, loginsIn, of, STANDS_FOR } from './secret-forms.ts'

/** Whether a document of these pairs is a Secret. */
export const isSecretManifest = (all: readonly Pair[], document: number): boolean =>
  all.some((one) => one.document === document && one.path === 'kind' && one.value === 'Secret')

/** Whether a value of a Secret is one: not a gap, not the name of something, and of a configuration in it, a password in that. */
function isKept(key: string, value: string): boolean {
  if (!value.includes('\n')) return /pass|pwd|secret|token|key|cred|cert|^\w{1,4}$/i.test(key) && isFilledIn(value)
  return value.split('\n').some((line) => {
    const [, name = '', given = ''] = /^\s*["']?([\w.-]+)["']?\s*[:=]\s*["']?([^"'\s]+)/.exec(line) ?? []
    return (CALLED_SECRET.test(name) && isFilledIn(given) && !/^(?:\w+_)?(?:password|secret)$/.test(given)) || loginsIn(line).length > 0
  })
}

const CALLED_SECRET = /(?:pass(?:word|wd)?|pwd|secret|token|credentials?|(?:api|access|secret|private)_?key)$/i
const NAMES_ONE = /x{4}|placeholder|your|example|replace|change[-_]?me|^\/|^[\w-]+_(?:id|url)$|^[a-z]+(?:-[a-z]+){2,}$/i
const isFilledIn = (value: string): boolean => value !== '' && !GAP.test(value) && !NAMES_ONE.test(value) && !STANDS_FOR.test(value)

/** Secrets of a cluster that stand in its manifests. */
export const KUBERNETES_SECRETS: readonly Rule[] = [
  {
    id: 'credentials/kubernetes-secret',
    category: 'CREDENTIALS_UNSAFE',
    severity: 'medium',
    confidence: 'high',
    cwe: 312,
    title: 'A Secret of Kubernetes is kept with its values',
    why: 'Base64 hides nothing, and the manifest is in the repository.',
    means: 'Whoever reads the repository has the secret.',
    recommendation: 'Make it by a secrets operator, sealed, or by hand outside the repository.',
    languages: ['yaml'],
    hints: ['Secret'],
    find: (unit) => {
      const found = new Map<number, Hit>()
      for (const { path, key, value, document, line } of unit.pairs) {
        if (!/^(?:data|stringData)\.[^.]+$/.test(path) || value === key || found.has(document) || !isKept(key, value)) continue
        if (isSecretManifest(unit.pairs, document)) found.set(document, { line, secrets: [value] })
      }
      return [...found.values()]
    },
    bad: [
      yaml('apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  pass: cGFzc3dvcmQ=', 5),
      yaml('kind: Secret\nstringData:\n  s3: |\n    type: s3\n    secret_access_key: minioadmin', 3),
      yaml(of('kind: Secret\nstringData:\n  sql: |\n    path: postgresql://ml:', 'q8Zr41xvLw@db/ml'), 3),
    ],
    good: [
      yaml('apiVersion: v1\nkind: ConfigMap\ndata:\n  pass: x'),
      yaml('kind: Secret\nstringData:\n  gs: |\n    type: gs\n    parameters:\n      anonymous: true'),
      yaml("kind: Secret\nstringData:\n  gcs: |\n    type: gcs\n    account_credentials: '<credentials.json>'"),
      yaml('kind: Secret\nstringData:\n  api_key: consumer-api-key-for-producers'),
      yaml('kind: Secret\ndata:\n  api-key: METTRE_LA_VRAIE'),
    ],
  },
]
