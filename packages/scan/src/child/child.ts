// The process that looks at hostile bytes: it gets paths on its standard input, and answers with a line for each file. It is started
// without network and environment, gives up writing before it looks at anything, and may die at any time: whoever started it goes on.
import { readFileSync, writeSync } from 'node:fs'
import { openFile } from '@millrace/formats'
import type { FileResult } from '../finding.ts'
import { inspect } from '../inspect.ts'
import { Inspection } from '../inspection.ts'
import { giveUpWriting } from './give-up-writing.ts'
import type { Said, Wanted } from './protocol.ts'

function lookAt({ file, path }: Wanted): FileResult {
  try {
    const source = openFile(path)
    try {
      return inspect(file, source)
    } finally {
      source.close()
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const inspection = new Inspection(file)
    inspection.found('file/unreadable', { member: '', evidence: why.replaceAll(path, file) })
    return inspection.result(0)
  }
}

function say(said: Said): void {
  const line = Buffer.from(`${JSON.stringify(said)}\n`)
  for (let at = 0; at < line.length; ) at += writeSync(1, line, at)
}

giveUpWriting()
const wanted = JSON.parse(readFileSync(0, 'utf8')) as Wanted[]
for (const one of wanted) {
  say({ begins: one.index })
  say({ index: one.index, result: lookAt(one) })
}
