import type { Config } from '../config.ts'
import { textOfFile } from '../named-file.ts'
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
  return picked ? { trace_archival: { file: picked.value, text: textOfFile(picked.value, picked.from) } } : {}
}
