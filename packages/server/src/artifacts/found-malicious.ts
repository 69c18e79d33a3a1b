import { query, type Reader } from '../db/handles.ts'
import { FileDenied } from '../http/denied.ts'
import { upwards } from './frozen.ts'
import type { Segments } from './path.ts'
import type { Store } from './stores/store.ts'

type Row = { readonly place: string; readonly findings: string }
type Finding = { readonly rule: string; readonly severity: string; readonly file?: string }

const MALICIOUS_ABOVE = query<Row>(
  (dialect) => `select f.place, s.findings from frozen_place f join model_version_manifest h on h.version = f.version
    join scan_result s on s.root_sha256 = h.root_sha256 where ${dialect.inTexts('f.place')} and s.ending = 'malicious'`,
)

/** A verdict keeps so many findings, the worst first: where it is full, what else is malicious is not known. */
export const FINDINGS_KEPT_MAX = 100

/**
 * Refuses a file in which the scan of a registered version found what makes that version malicious, whichever way leads to it: the
 * version's own downloads are refused as a whole, and the run or the logged model that its bytes come from does not give them either.
 * What lies beside it stays readable.
 * @throws FileDenied PERMISSION_DENIED
 */
export async function refuseMalicious(db: Reader, store: Store, path: Segments): Promise<void> {
  const places = upwards(store, path)
  for (const { place, findings } of await db.all(MALICIOUS_ABOVE, db.dialect.list(places))) {
    const within = (places[0] as string).slice(place.length + 1)
    const found = (JSON.parse(findings) as Finding[]).filter(({ severity }) => severity === 'critical')
    const worst = found.find(({ file }) => within === '' || file === within) ?? (found.length >= FINDINGS_KEPT_MAX ? found[0] : undefined)
    if (worst) throw denied(path, worst)
  }
}

// It names no version: who may read a run need not know of the models that were made of it.
const denied = (path: Segments, { rule }: Finding): FileDenied =>
  new FileDenied(
    'PERMISSION_DENIED',
    `'${path.at(-1) ?? ''}' is not handed out: a registered version is made of it, and the scan found it malicious (${rule}). ` +
      'Log the model anew without what was found; who has to examine the file takes it from the artifact store itself.',
    'scan',
    path.join('/'),
  )
