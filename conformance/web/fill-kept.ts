import type { MillraceClient } from '../../packages/client/src/index.ts'
import { HOSTILE } from './hostile.ts'

const STATUSES = ['malicious', 'changed', 'unknown', 'known'] as const
const AT_ONCE = 1_000
const LONG = 'a-very-long-name-without-a-blank-'.repeat(6)

/** Keeps an inventory of so many models, with hostile and very long names among them; gives its id. */
export async function anInventory(client: MillraceClient, name: string, size: number): Promise<string> {
  const not_read = [{ where: `/srv/${HOSTILE}`, why: HOSTILE }]
  const { report_id } = await client.inventories.create({ name, looked_at: size * 3, not_read })
  let from = 0
  do {
    const models = Array.from({ length: Math.min(AT_ONCE, size - from) }, (_, at) => aModel(from + at))
    from += AT_ONCE
    await client.inventories.addModels({ report_id, models, last: from >= size })
  } while (from < size)
  return report_id
}

const aModel = (at: number) => ({
  status: STATUSES[at % 7 === 0 ? 0 : 1 + (at % 3)] ?? 'known',
  where:
    at % 5 === 1 ? `/srv/${HOSTILE}/${at}.pkl` : at % 5 === 2 ? `/srv/${LONG}/${at}/model.pkl` : `/srv/models/team-${at % 9}/${at}.pkl`,
  kind: 'pickle',
  bytes: at * 1_000,
  owner: at % 3 === 0 ? HOSTILE.slice(0, 100) : 'ann',
  sha256: at.toString(16).padStart(64, '0'),
  versions: at % 4 === 0 ? [] : ['models:/shop-model/1', `models:/${HOSTILE}/2`],
  scan: at % 7 === 0 ? 'malicious' : 'clean',
  findings: at % 7 === 0 ? ['pickle/dangerous-import'] : [],
})

/** Keeps a report of so many findings; gives the id of the audit. */
export async function anAudit(client: MillraceClient, name: string, size: number): Promise<string> {
  const findings = Array.from({ length: size }, (_, at) => aFinding(at))
  const body = {
    name,
    target: 'folder' as const,
    rules_version: '2026.1.1',
    files: 7,
    lines: 900,
    findings,
    allowed: size > 1 ? [{ ...aFinding(size + 1), reason: HOSTILE, by: 'baseline' as const }] : [],
    passed: [`Found right: ${HOSTILE}`],
    not_read: [`weights/${HOSTILE}.bin`],
  }
  return (await client.audits.create(body)).audit.audit_id
}

const CATEGORIES = ['REMOTE_CODE_EXECUTION', 'PROMPT_INJECTION', 'CREDENTIALS_UNSAFE'] as const
const WEIGHTS = ['critical', 'high', 'medium', 'low', 'info'] as const

const aFinding = (at: number) => ({
  rule: `rule/number-${at % 6}`,
  category: CATEGORIES[at % 3] ?? 'REMOTE_CODE_EXECUTION',
  severity: 'high' as const,
  confidence: 'high' as const,
  context: 'code' as const,
  weight: WEIGHTS[at % 5] ?? 'low',
  title: at % 2 === 0 ? 'A model’s file runs code when it is loaded' : HOSTILE,
  file: at % 4 === 0 ? 'models:/shop-model/1' : at % 4 === 1 ? `src/${HOSTILE}` : at % 4 === 2 ? `src/${LONG}.py` : 'http://127.0.0.1',
  line: at % 4 === 2 ? at : 0,
  end_line: at % 4 === 2 ? at + 2 : 0,
  evidence: HOSTILE,
  why: `Why: ${HOSTILE}`,
  means: `Means: ${HOSTILE}`,
  recommendation: `Do: ${HOSTILE}`,
  cwe: 502,
  fingerprint: `finding-${at}`,
  ...(at % 3 === 1 && {
    surface: { ingestion_points: [HOSTILE], boundary_markers: [], capability_inventory: [HOSTILE], sanitization: [] },
  }),
})
