import type { Source } from '../../source.ts'
import { Unreadable } from '../../unreadable.ts'
import { textsOf } from './attributes.ts'
import { openHdf5 } from './file.ts'
import { linksOf } from './links.ts'
import { MESSAGE, type Message, readObject } from './object-header.ts'

/** What an HDF5 file has to say of what loading it would do. */
export type Hdf5Facts = {
  /** Texts of attributes that are JSON, each once: configurations of Keras. */
  readonly configurations: readonly string[]
  /** Links that lead into other files: their names, and where to. */
  readonly external_links: readonly string[]
  /** How many datasets take their elements from other files. */
  readonly external_data: number
}

const OBJECTS_MAX = 1_000_000
const CONFIGURATIONS_MAX = 1000

/** Follows a file from its superblock to every object in it. Elements of datasets are not read. @throws Unreadable */
export function readHdf5(source: Source): Hdf5Facts {
  const { file, root } = openHdf5(source)
  const configurations = new Set<string>()
  const external_links: string[] = []
  let external_data = 0
  const seen = new Set<number>([root])
  const open = [root]
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    const messages = readObject(file, address)
    for (const { text } of textsOf(file, messages)) if (/^\s*[{[]/.test(text)) configurations.add(text)
    if (messages.some(isElsewhere)) external_data++
    const { objects, external } = linksOf(file, messages)
    external_links.push(...external)
    for (const object of objects) {
      if (seen.has(object)) continue
      seen.add(object)
      open.push(object)
    }
    if (seen.size > OBJECTS_MAX || configurations.size > CONFIGURATIONS_MAX) throw new Unreadable('it has too many objects', 0, true)
  }
  return { configurations: [...configurations], external_links, external_data }
}

const VIRTUAL = 3

/** Whether a dataset's elements lie in other files: in a list of files, or put together of other datasets. */
function isElsewhere({ type, data }: Message): boolean {
  if (type === MESSAGE.external_files) return true
  return type === MESSAGE.layout && (data.bytes[0] ?? 0) >= 3 && data.bytes[1] === VIRTUAL
}
