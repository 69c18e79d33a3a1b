import { type FileResult, type Progress, type ScanReport, scanFiles, worstOf } from '@millrace/scan'
import type { Environment } from '@millrace/server/config'
import { ConfigProblem } from '@millrace/server/config'
import { objectsBelow } from '@millrace/server/operate'
import { inBatches } from './stored-files.ts'

/** Scans every object below `s3://bucket/prefix`, some at a time. @throws ConfigProblem where there is none */
export async function scanBucket(
  uri: string,
  env: Environment,
  onProgress: (progress: Progress) => void,
): Promise<{ report: ScanReport; digests: Map<string, string> }> {
  const digests = new Map<string, string>()
  const files: FileResult[] = []
  let last: ScanReport | undefined
  const started = performance.now()
  await inBatches(objectsBelow(uri, env), async (batch, folder) => {
    const before = files.length
    const wanted = batch.map(({ path, object }) => ({ path, file: object.name }))
    last = await scanFiles(wanted, [folder], {
      onProgress: ({ done, of, file }) => onProgress({ done: before + done, of: before + of, file }),
    })
    for (const { object, sha256 } of batch) digests.set(object.name, sha256)
    files.push(...last.files)
  })
  if (!last) throw new ConfigProblem(`There is nothing below ${uri}.`)
  const bytes = files.reduce((all, file) => all + file.bytes, 0)
  const report = { ...last, files, bytes, ending: worstOf(files.map(({ ending }) => ending)), took_ms: performance.now() - started }
  return { report, digests }
}
