import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { LOGGED } from '../../tools/fuzz/model-targets.ts'
import { localModel } from './local-model.ts'

/** Bigger ones are changed too seldom in a minute to be worth it. */
const SEED_MAX_BYTES = 64 * 1024
const FLAVORS = ['sklearn', 'xgboost', 'lightgbm', 'catboost']

/** Puts small models where the fuzzers of their readers find them, by flavor; gives how many there are. */
export function keepAsSeeds(folder: string, names: readonly string[]): number {
  const place = mkdtempSync(`${LOGGED.slice(0, -1)}-`)
  let kept = 0
  for (const name of names) {
    const { paths, flavors } = localModel(join(folder, name))
    const flavor = FLAVORS.find((one) => flavors.has(one))
    if (flavor === undefined) continue
    const told = flavors.get(flavor)
    const path = paths.find((one) => one === told?.get('data') || one === told?.get('pickled_model'))
    if (path === undefined || statSync(join(folder, name, path)).size > SEED_MAX_BYTES) continue
    mkdirSync(join(place, flavor), { recursive: true })
    copyFileSync(join(folder, name, path), join(place, flavor, `${name}${extname(path)}`))
    kept++
  }
  // All at once: a fuzzer may begin meanwhile.
  rmSync(LOGGED, { recursive: true, force: true })
  renameSync(place, LOGGED)
  return kept
}
