import type { MillraceClient, Output } from '@millrace/client'
import type { FileResult, Progress } from '@millrace/scan'
import { addressOf, asking } from '../signing/tracking.ts'
import type { ModelFileHere } from './find-models.ts'
import type { Found, Status, Unread } from './found.ts'

type Answer = Output<'POST /api/2.0/millrace/inventory/known'>['files'][number]
export type Hashed = ModelFileHere & { readonly sha256: string }

const ASKED_AT_ONCE = 500

/** The digests of files, in several threads where that is quicker. A file that went away or can't be read is told of, and left out. */
export async function hashed(
  models: readonly ModelFileHere[],
  onProgress: (bytes: number, of: number) => void,
): Promise<{ files: Hashed[]; unread: Unread[] }> {
  const { hashModel } = await import('@millrace/sign')
  const jobs = models.map(({ path, bytes }) => ({ path, absolute: path, size: bytes }))
  try {
    const digests = await hashModel(jobs, onProgress)
    return { files: models.map((model, at) => ({ ...model, sha256: digests[at]?.sha256 as string })), unread: [] }
  } catch {
    const files: Hashed[] = []
    const unread: Unread[] = []
    for (const [at, model] of models.entries()) {
      try {
        const [digest] = await hashModel(jobs.slice(at, at + 1))
        files.push({ ...model, sha256: digest?.sha256 as string })
      } catch (error) {
        unread.push({ where: model.path, why: (error as NodeJS.ErrnoException).code ?? (error as Error).message })
      }
    }
    return { files, unread }
  }
}

/** What the registry knows of each file, in their order; nothing without a registry. Files of one folder are asked about together. */
export async function knownTo(registry: MillraceClient | undefined, files: readonly Hashed[]): Promise<readonly (Answer | undefined)[]> {
  if (!registry) return files.map(() => undefined)
  const answers: Answer[] = []
  for (let at = 0; at < files.length; at += ASKED_AT_ONCE) {
    const asked = files.slice(at, at + ASKED_AT_ONCE)
    const body = { files: asked.map(({ sha256, path }) => ({ sha256, path: path.replaceAll('\\', '/').slice(-4096) })) }
    const answer = await asking('The registry was not asked', () =>
      registry.call('POST /api/2.0/millrace/inventory/known', body, { repeatable: true }),
    )
    answers.push(...answer.files)
  }
  return answers
}

/** A clean version has clean files only; an ending that is worse may be another file's, and is asked of the file itself. */
const isClean = (answer: Answer | undefined): boolean => answer?.model_versions.some(({ scan }) => scan === 'clean') ?? false

/** Each file as a line of the report. What is in no clean version is scanned here, in a process that can only read these paths. */
export async function judged(
  files: readonly Hashed[],
  answers: readonly (Answer | undefined)[],
  roots: readonly string[],
  onProgress: (progress: Progress) => void,
): Promise<Found[]> {
  const unclear = files.filter((_, at) => !isClean(answers[at]))
  const results = new Map<string, FileResult>()
  if (unclear.length > 0) {
    const { scanFiles } = await import('@millrace/scan')
    const report = await scanFiles(
      unclear.map(({ path }) => ({ path, file: path })),
      roots,
      { onProgress },
    )
    for (const result of report.files) results.set(result.file, result)
  }
  return files.map((file, at) => lineOf(file, answers[at], results.get(file.path)))
}

function lineOf({ path, kind, bytes, owner, sha256 }: Hashed, answer: Answer | undefined, result: FileResult | undefined): Found {
  const about = { where: path, kind, bytes, owner, sha256 }
  const known_in = answer?.known_in || undefined
  const versions = ((known_in ? answer?.model_versions : answer?.same_path) ?? []).map(addressOf)
  const scan = isClean(answer) ? 'clean' : (result?.ending ?? 'not looked at')
  const findings = [...new Set((result?.findings ?? []).filter(({ severity }) => severity !== 'info').map(({ rule }) => rule))]
  const harmless: Status = known_in ? 'known' : versions.length > 0 ? 'changed' : 'unknown'
  const status = scan === 'malicious' ? 'malicious' : harmless
  return { status, ...about, versions, ...(known_in && { known_in }), scan, findings }
}
