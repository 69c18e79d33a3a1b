import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ScanReport } from '@millrace/scan'

/** The digests of what was scanned; a file that cannot be read has none. */
export async function digestsOf({ files }: ScanReport, path: string): Promise<Map<string, string>> {
  const digests = new Map<string, string>()
  const is_folder = statSync(path).isDirectory()
  for (const { file, bytes } of files) if (bytes > 0) digests.set(file, await digestOf(is_folder ? join(path, file) : path))
  return digests
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
