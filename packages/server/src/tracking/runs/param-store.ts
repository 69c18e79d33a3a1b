import { bulk, query, type Writer } from '../../db/handles.ts'
import { invalid } from '../../http/errors.ts'
import { looksSecret, MASKED } from '../../secrets/index.ts'
import { internKeys } from '../entity-keys.ts'
import type { KeyValue } from './run.ts'
import type { RunRow } from './run-store.ts'

const INSERT = bulk('insert into param (run, key, value) values (?, ?, ?) on conflict do nothing', 'iit')
const OF_RUN = query<[key: number, value: string]>(
  (dialect) => `select key, value from param where run = ? and ${dialect.inIntegers('key')}`,
)

/**
 * Params are written once: the same value again is fine, another value is refused.
 * @throws ApiError INVALID_PARAMETER_VALUE also when one key is there twice, since which of the two was meant is not for us to guess.
 */
export async function insertParams(tx: Writer, run: RunRow, params: readonly KeyValue[]): Promise<void> {
  if (params.length === 0) return
  refuseDuplicates(params)
  const keys = await internKeys(
    tx,
    params.map((param) => param.key),
  )
  const rows = params.map(({ key, value }) => [run.id, keys.get(key) as number, value] as const)
  // In one order everywhere, so that two writers of the same params wait for each other instead of deadlocking.
  rows.sort((a, b) => a[1] - b[1])
  if ((await tx.runMany(INSERT, rows)) === rows.length) return
  const stored = new Map(await tx.tuples(OF_RUN, run.id, tx.dialect.list([...keys.values()])))
  for (const { key, value } of params) {
    const old = stored.get(keys.get(key) as number)
    if (old === value) continue
    throw invalid(
      `Changing param values is not allowed. Param with key='${key}' was already logged with value='${shown(key, old)}' for run ` +
        `ID='${run.run_id}'. Attempted logging new value '${shown(key, value)}': log it under another key, or in another run.`,
    )
  }
}

const shown = (key: string, value = ''): string => (looksSecret(key, value) ? MASKED : value)

function refuseDuplicates(params: readonly KeyValue[]): void {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { key } of params) (seen.has(key) ? twice : seen).add(key)
  if (twice.size === 0) return
  throw invalid(`Duplicate parameter keys have been submitted: ${[...twice].join(', ')}. Send each param once.`)
}
