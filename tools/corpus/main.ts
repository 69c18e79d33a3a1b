// `node tools/corpus/main.ts FOLDER`: writes the corpus, for other scanners to be tried on.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { corpus } from './corpus.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('say where to: node tools/corpus/main.ts FOLDER')
const cases = corpus()
for (const { name, bytes } of cases) {
  // Names that no file system takes stay in the archives that they are in.
  const path = join(folder, name.replaceAll(/[^\w./@-]/g, '_'))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}
writeFileSync(
  join(folder, 'expected.json'),
  JSON.stringify(
    cases.map(({ name, expected }) => ({ name, expected })),
    null,
    1,
  ),
)
console.log(`${cases.length} files in ${folder}`)
