// `npm run fuzz -- [--seconds 60] [--lanes 2] [NAME...]`: changes files and requests at random and has them read, each fuzzer so long. No
// reader may throw, hang, crash or grow without bound. What makes it do so is written to tools/corpus/found/ and stays in the corpus.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Lanes, linesOf } from './lanes.ts'
import { chosen } from './target.ts'
import { targets } from './targets.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, lanes: { type: 'string', default: `${availableParallelism()}` } },
})
const seconds = Number(values.seconds)
if (!(seconds > 0)) throw new Error('say how many seconds: --seconds 60')
const lanes = new Lanes(chosen(targets, positionals), { seconds }, (ended) => console.log(linesOf(ended)))
await Promise.all(Array.from({ length: Math.max(1, Number(values.lanes)) }, () => lanes.run()))
process.exitCode = lanes.ended.some(({ failures }) => failures.length > 0) ? 1 : 0
