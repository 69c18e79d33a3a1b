// Part of the bundle alone, first in each of its programs: stacks name the files and lines of the checkout. The maps are read when a stack
// is, which is seldom; Node's own --enable-source-maps reads all of them at every start, for 40 MiB.
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { join } from 'node:path'

const folder = import.meta.dirname
const maps = new Map<string, SourceMap | undefined>()

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) {
    try {
      maps.set(file, new SourceMap(JSON.parse(readFileSync(join(folder, `${file}.map`), 'utf8'))))
    } catch {
      // Gone, or not to be read: the line in the bundle is better than nothing.
      maps.set(file, undefined)
    }
  }
  return maps.get(file)
}

Error.prepareStackTrace = (error, sites) => {
  const lines = sites.map((site) =>
    site.toString().replace(/(?:file:\/\/)?(\/[^:()]+):(\d+):(\d+)/, (place, path: string, line: string, column: string) => {
      if (!path.startsWith(`${folder}/`)) return place
      const found = mapOf(path.slice(folder.length + 1))?.findEntry(Number(line) - 1, Number(column) - 1)
      if (!found || !('originalSource' in found)) return place
      return `${join(folder, found.originalSource)}:${found.originalLine + 1}:${found.originalColumn + 1}`
    }),
  )
  return [String(error), ...lines].join('\n    at ')
}
