import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made: string[] = []
process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

/** A new empty folder, which goes away with the process of the test file. The test run fails when one is left. */
export function newFolder(name = 'test'): string {
  const folder = mkdtempSync(join(tmpdir(), `millrace-${name}-`))
  made.push(folder)
  return folder
}
