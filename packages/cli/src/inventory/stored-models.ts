import type { MillraceClient } from '@millrace/client'
import { openFile } from '@millrace/formats'
import type { Environment } from '@millrace/server/config'
import { objectsBelow } from '@millrace/server/operate'
import { type FetchedObject, inBatches } from '../stored-files.ts'
import type { Found } from './found.ts'
import { type Hashed, judged, knownTo } from './judge-files.ts'
import { modelKind } from './model-kind.ts'

/** The models among the objects below `s3://bucket/prefix`. */
export async function storedModels(
  uri: string,
  registry: MillraceClient | undefined,
  env: Environment,
  tell: (say: () => string) => void,
): Promise<{ found: Found[]; looked_at: number }> {
  const found: Found[] = []
  let looked_at = 0
  await inBatches(objectsBelow(uri, env), async (batch, folder) => {
    looked_at += batch.length
    tell(() => `${looked_at} objects looked at`)
    const uris = new Map(batch.map(({ path, object }) => [path, object.uri]))
    const files = modelsAmong(batch)
    const uriOf = (path: string): string => uris.get(path) ?? path
    // The registry is told where they are, and not where they were put for a moment.
    const answers = await knownTo(
      registry,
      files.map((file) => ({ ...file, path: uriOf(file.path) })),
    )
    const lines = await judged(files, answers, [folder], ({ done, of }) => tell(() => `${done} of ${of} scanned`))
    found.push(...lines.map((line) => ({ ...line, where: uriOf(line.where) })))
  })
  return { found, looked_at }
}

/** The models among objects that were fetched. */
export const modelsAmong = (batch: readonly FetchedObject[]): Hashed[] =>
  batch.flatMap(({ path, object, sha256 }) => {
    const kind = kindAt(path, object.name)
    return kind === undefined ? [] : [{ path, kind, bytes: object.bytes, owner: object.owner, sha256 }]
  })

function kindAt(path: string, name: string): string | undefined {
  const source = openFile(path)
  try {
    return modelKind(source, name.slice(name.lastIndexOf('/') + 1))
  } finally {
    source.close()
  }
}
