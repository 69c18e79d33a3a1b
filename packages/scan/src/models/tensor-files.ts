import type { FileResult } from '../finding.ts'

/** Where a graph says that a tensor's data are: a file beside it, and up to which byte. */
export type TensorData = { readonly location: string; readonly end: number }

/**
 * Bytes of no known format are clean where a graph that is clean names them as its tensors: MLflow saves models of ONNX so. They are
 * numbers, which nothing opens as anything else; whatever has a format was looked at by that, and stays what it is.
 */
export function settleTensorFiles(results: readonly FileResult[]): FileResult[] {
  const ends = new Map<string, number>()
  for (const { file, ending, tensors_in = [] } of results) {
    if (ending !== 'clean') continue
    const folder = file.slice(0, file.lastIndexOf('/') + 1)
    for (const { location, end } of tensors_in) ends.set(folder + location, Math.max(end, ends.get(folder + location) ?? 0))
  }
  return results.map(({ tensors_in: _, ...result }) =>
    isTensors(result, ends.get(result.file)) ? { ...result, kind: 'tensors', ending: 'clean', findings: [] } : result,
  )
}

function isTensors({ bytes, findings, left_out }: FileResult, end: number | undefined): boolean {
  const [only] = findings
  return end !== undefined && end <= bytes && findings.length === 1 && left_out === 0 && only?.rule === 'file/unknown' && only.member === ''
}
