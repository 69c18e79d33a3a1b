import { readFileSync } from 'node:fs'
import type { Config } from '../config.ts'
import { ConfigProblem } from '../config-problem.ts'
import type { Option } from './option.ts'
import type { Picker } from './pick.ts'

/** The flag by which a server is told to archive old traces. */
export const traceArchivalOptions: readonly Option[] = [
  {
    flag: 'trace-archival-config',
    variables: ['MLFLOW_TRACE_ARCHIVAL_CONFIG'],
    value: '<file>',
    fallback: 'traces are archived by millrace traces archive only',
    about:
      "After which time the spans of traces move to files among their artifacts: MLflow's YAML, trace_archival: {enabled, retention, ...}",
    group: 'Storage',
  },
]

/** The text of the file; it is understood when the server starts. @throws ConfigProblem when it can't be read */
export function traceArchivalFile(pick: Picker): Pick<Config, 'trace_archival'> {
  const picked = pick.text('trace-archival-config')
  if (!picked) return {}
  try {
    return { trace_archival: { file: picked.value, text: readFileSync(picked.value, 'utf8') } }
  } catch (error) {
    throw new ConfigProblem(`${picked.from} names ${picked.value}, which can't be read: ${(error as NodeJS.ErrnoException).code}.`)
  }
}
