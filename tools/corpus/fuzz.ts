// `node --conditions=source tools/corpus/fuzz.ts [SECONDS]`: changes cases of the corpus at random and has them looked at. None may
// throw, hang
// or grow without bound. What does is written to found/, and stays in the corpus.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from '../../packages/scan/src/inspect.ts'
import { corpus } from './corpus.ts'
import { FOUND } from './found.ts'
import { fuzz, GROUPS } from './mutate.ts'

const seconds = Number(process.argv[2] ?? 60)
const cases = corpus()
let failures = 0
for (const [group, belongs] of GROUPS) {
  const seeds = cases.filter(({ name, bytes }) => belongs(name) && bytes.length < 100_000)
  const { tried, failed } = fuzz(seeds, seconds * 1000, Date.now(), (name, bytes) => inspect(name, bytes))
  console.log(`${group}: ${tried} inputs in ${seconds} s, ${failed.length} failed`)
  for (const { name, bytes, why } of failed) {
    mkdirSync(FOUND, { recursive: true })
    const file = join(FOUND, `${group}-${Date.now()}-${failures++}.bin`)
    writeFileSync(file, bytes)
    console.log(`  ${file} (from ${name}): ${why}`)
  }
}
process.exitCode = failures === 0 ? 0 : 1
