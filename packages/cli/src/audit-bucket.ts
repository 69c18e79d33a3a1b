import {
  type AuditedFile,
  type AuditReport,
  auditFiles,
  type Finding,
  findingsInModels,
  readAudited,
  unregisteredModel,
} from '@millrace/audit'
import type { MillraceClient } from '@millrace/client'
import { ConfigProblem, type Environment } from '@millrace/server/config'
import { objectsBelow } from '@millrace/server/operate'
import { knownTo } from './inventory/judge-files.ts'
import { modelsAmong } from './inventory/stored-models.ts'
import { type FetchedObject, inBatches } from './stored-files.ts'

/**
 * Audits what lies below `s3://bucket/prefix`: texts by the rules, models by a scan, and where there is a registry, by whether it knows
 * them. What says of itself that it is allowed does not count: who writes to a bucket is nobody who reviews. @throws ConfigProblem
 */
export async function auditBucket(uri: string, name: string, registry: MillraceClient | undefined, env: Environment): Promise<AuditReport> {
  const files: AuditedFile[] = []
  const not_read: string[] = []
  const models: Finding[] = []
  await inBatches(objectsBelow(uri, env), async (batch, folder) => {
    const unread: { path: string; file: string }[] = []
    for (const { path, object } of batch) {
      const read = readAudited(path, object.name)
      if (read) files.push(read)
      else unread.push({ path, file: object.name })
    }
    not_read.push(...unread.map(({ file }) => file))
    models.push(...(await findingsInModels(unread, folder)), ...(registry ? await unregistered(batch, registry) : []))
  })
  if (files.length + not_read.length === 0) throw new ConfigProblem(`There is nothing below ${uri}.`)
  return auditFiles(files, { name, allowances: false, not_read, models })
}

/** The models of a batch that no version of the registry has. */
async function unregistered(batch: readonly FetchedObject[], registry: MillraceClient): Promise<Finding[]> {
  const objects = new Map(batch.map(({ path, object }) => [path, object]))
  const found = modelsAmong(batch).map((model) => ({
    ...model,
    path: objects.get(model.path)?.uri ?? model.path,
    file: objects.get(model.path)?.name ?? '',
  }))
  const answers = await knownTo(registry, found)
  return found.flatMap(({ file, path }, at) => {
    const answer = answers[at]
    if (!answer || answer.known_in > 0) return []
    return [
      unregisteredModel(
        file,
        path,
        answer.same_path.map((one) => `models:/${one.name}/${one.version}`),
      ),
    ]
  })
}
