import { asResources, type Difference, differenceOf } from './difference.ts'
import { digestsOf, type FileDigest, type ModelDigests } from './digests.ts'
import { filesOf, IGNORED_OF_GIT, type SignedModel } from './oms.ts'
import { SignatureProblem } from './problem.ts'

/** Names that signatures are kept under, which can't be over themselves. */
const SIGNATURE_FILE = /(^|\/)([^/]*\.sig|[^/]*\.sigstore(\.json)?|([^/]*\.)?claims\.jsonl|[^/]*\.attestations\.jsonl)$/

/** Whether a path is one of these, or below one of them. */
export const isUnder = (path: string, folders: readonly string[]): boolean =>
  folders.some((one) => path === one || path.startsWith(`${one}/`))

/** Whether a file stands beside a model and is no part of it: what Git keeps, and signatures. */
export const isBeside = (path: string): boolean => isUnder(path, IGNORED_OF_GIT) || SIGNATURE_FILE.test(path)

/**
 * Whether a file may be left out of a signature: what stands beside the model, where the signer said so. All else that was left out could
 * be put there by anybody.
 */
export const mayBeLeftOut = (path: string, ignore_paths: readonly string[]): boolean => isUnder(path, ignore_paths) && isBeside(path)

/** The digests by which attestations name a model: of its files, without what stands beside them. */
export const attestedDigests = (files: readonly FileDigest[]): ModelDigests => digestsOf(files.filter(({ path }) => !isBeside(path)))

/**
 * How a model whose files are known by their SHA-256 differs from the one that was signed.
 * @throws SignatureProblem when the signature is over pieces of files, or by another hash
 */
export function differenceFrom(signed: SignedModel, files: readonly FileDigest[]): Difference {
  if (filesOf(signed) === undefined) {
    throw new SignatureProblem(
      'The signature is over pieces of files, or by another hash than SHA-256: sign the model again, file by file.',
    )
  }
  const { ignore_paths } = signed.serialization
  const is_signed = new Set(signed.resources.map(({ path }) => path))
  const counted = asResources(files).filter(({ path }) => is_signed.has(path) || !mayBeLeftOut(path, ignore_paths))
  return differenceOf(signed.resources, counted)
}
