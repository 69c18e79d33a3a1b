import { auditFiles } from '../audit.ts'
import type { AuditReport } from '../audit-report.ts'
import { contextOf } from '../inventory.ts'
import { CLEAN } from './clean.ts'
import type { LabelledRepository } from './labelled.ts'
import { PIPELINE } from './pipeline.ts'
import { SERVING_KIT } from './serving-kit.ts'
import { SKILL } from './skill.ts'

/** The samples that do what published audits describe, and one that does none of it. */
export const REPOSITORIES: readonly LabelledRepository[] = [SKILL, SERVING_KIT, PIPELINE, CLEAN]

/** Audits a sample as if it were a folder. */
export const auditOf = ({ name, files }: LabelledRepository): Promise<AuditReport> =>
  auditFiles(
    Object.entries(files).map(([file, text]) => ({ file, text, context: contextOf(file) })),
    { name },
  )

/** What published audits flag in MLOps code, by which rules it is found here, and what Millrace does instead. */
export const ANSWERS: readonly { readonly flagged: string; readonly rules: readonly string[]; readonly answer: string }[] = [
  {
    flagged: 'passwords in database URIs and commands',
    rules: ['credentials/uri', 'credentials/argument', 'credentials/assigned'],
    answer: 'a URI with a password is refused in a flag; secrets come from files or variables, and none is printed',
  },
  {
    flagged: 'passwords that products come with',
    rules: ['credentials/default', 'exposure/no-login'],
    answer: 'there is none: the first administrator’s is random, and well-known ones are refused',
  },
  {
    flagged: '`pickle.load`, `joblib.load`, `load_model`',
    rules: ['rce/pickle-load', 'rce/joblib-load', 'rce/load-model', 'rce/torch-load'],
    answer: 'models are read as data and never loaded; versions with code in them fail their scan at registration',
  },
  {
    flagged: '`mlflow run` of an address',
    rules: ['rce/mlflow-run'],
    answer: 'no project is cloned or run',
  },
  {
    flagged: '`shell=True`, `kubectl patch` by string',
    rules: ['command/shell-interpolated', 'command/cluster-interpolated', 'command/eval'],
    answer: 'no shell is started anywhere; a law of this repository holds that',
  },
  {
    flagged: '`docker`, `kubectl`, `git` by an agent or a script',
    rules: ['command/skill-tool', 'command/tool'],
    answer: 'the server starts no such program: promotion and rollback are requests to its API',
  },
  {
    flagged: 'models from URIs that nobody checks',
    rules: ['integrity/serve-model'],
    answer: 'files are frozen by digest, scanned and signed, and compared again before they are served',
  },
  {
    flagged: 'a stage or alias set by the pipeline itself',
    rules: ['promotion/stage', 'promotion/alias', 'promotion/rest'],
    answer: 'protected places ask for somebody else’s yes, and go back in one call',
  },
  {
    flagged: 'JSON of strangers into a DataFrame',
    rules: ['integrity/unchecked-input', 'exposure/sql', 'exposure/request-path'],
    answer: 'each request is decoded by its endpoint’s schema, with limits; what is not declared is dropped',
  },
  {
    flagged: 'tracking servers without a login, CORS `*`',
    rules: ['exposure/tracking-server', 'exposure/cors', 'exposure/bind'],
    answer: 'it listens on this machine alone, knows its names, and answers no other site’s page',
  },
  {
    flagged: 'uploads and messages to outside hosts',
    rules: ['exfiltration/upload', 'exfiltration/webhook', 'exfiltration/secret'],
    answer: 'every call out goes through one client that refuses private addresses; webhooks are signed',
  },
  {
    flagged: 'packages, images and charts without versions',
    rules: ['download/pip-unpinned', 'download/image-latest', 'download/manifest', 'download/run'],
    answer: 'each dependency has one exact version and its reasons on record; nothing is downloaded at run time',
  },
  {
    flagged: 'texts of others that reach an agent',
    rules: ['prompt/surface', 'prompt/ignore-rules', 'prompt/hide-from-user'],
    answer: 'what was logged is text: it is never a template, a page’s markup, or a command',
  },
]

const START = '<!-- what auditors flag: made by npm run generate -->'
const END = '<!-- end -->'

/** The README's table: what auditors flag, how often it is found in the samples, how Millrace closes it. */
export async function auditorsTable(): Promise<string> {
  const reports = await Promise.all(REPOSITORIES.map(auditOf))
  const found = reports.flatMap(({ findings }) => findings)
  const rows = ANSWERS.map(({ flagged, rules, answer }) => {
    const own = found.filter(({ rule }) => rules.includes(rule))
    const categories = [...new Set(own.map(({ category }) => category))].sort().join(', ')
    return `| ${flagged} | ${categories} | ${own.length} | ${answer} |`
  })
  const head = '| what auditors flag | category | found in the samples | how Millrace closes it |\n|---|---|---|---|'
  return `${START}\n${head}\n${rows.join('\n')}\n${END}`
}

/** A page with this table between its marks. @throws Error when it has none */
export function withTable(page: string, table: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)]
  if (start === -1 || end < start) throw new Error(`The page has no place for the table: ${START} and ${END}.`)
  return `${page.slice(0, start)}${table}${page.slice(end + END.length)}`
}
