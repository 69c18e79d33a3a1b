import { statSync } from 'node:fs'
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { ConfigProblem, type Given } from '@millrace/server/config'
import { textOf } from './key-options.ts'

/** A model on this machine, and where its signature and its other attestations are kept. */
export type ModelPlaces = {
  readonly path: string
  readonly name: string
  readonly signature: string
  readonly attestations: string
  /** Those of the two that lie inside the model, by their paths there. */
  readonly beside: readonly string[]
}

/** Inside a folder `model.sig` and `model.attestations.jsonl`; for one file the same endings after its name. @throws ConfigProblem */
export function placesOf(given: Given, path: string | undefined, command: string): ModelPlaces {
  if (path === undefined) throw new ConfigProblem(`Which model? Give its folder or file: millrace ${command} ./model.`)
  let is_folder: boolean
  try {
    is_folder = statSync(path).isDirectory()
  } catch {
    throw new ConfigProblem(`${path} is not there: give the folder or the file of a model.`)
  }
  const place = (flag: string, ending: string): string => textOf(given, flag) ?? (is_folder ? join(path, `model${ending}`) : path + ending)
  const signature = place('signature', '.sig')
  const attestations = place('attestations', '.attestations.jsonl')
  const inside = [signature, attestations].flatMap((file) => {
    const way = relative(resolve(path), resolve(file))
    return !is_folder || way === '' || isAbsolute(way) || way.split(sep)[0] === '..' ? [] : [way.split(sep).join('/')]
  })
  return { path, name: basename(resolve(path)), signature, attestations, beside: inside }
}

const MIB = 2 ** 20

/** A number of bytes for people. */
export const sized = (bytes: number): string =>
  bytes < MIB
    ? `${Math.ceil(bytes / 1024)} KiB`
    : bytes < 1024 * MIB
      ? `${(bytes / MIB).toFixed(1)} MiB`
      : `${(bytes / 1024 / MIB).toFixed(2)} GiB`

/** Tells on a terminal how far hashing is, a few times a second. */
export function hashProgress(): (bytes: number, of: number) => void {
  let told_ms = Date.now()
  return (bytes, of) => {
    if (!process.stderr.isTTY || Date.now() - told_ms < 300) return
    told_ms = Date.now()
    process.stderr.write(`\rhashed ${sized(bytes)} of ${sized(of)} `)
    if (bytes === of) process.stderr.write('\r\u001b[K')
  }
}
