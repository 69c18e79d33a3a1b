import { Refused } from '../refused.ts'

/** Where a model is: a folder of this machine or of a bucket in S3, or a version in a registry, by its number or an alias. */
export type Address =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }

/** Reads `models:/name/3`, `models:/name@alias`, `s3://bucket/folder`, or a path. @throws Refused('find') */
export function readAddress(text: string): Address {
  if (text.startsWith('s3:')) return s3Address(text)
  if (!text.startsWith('models:')) {
    if (/^[a-z][a-z0-9+.-]+:/i.test(text)) {
      const scheme = text.slice(0, text.indexOf(':'))
      throw new Refused(
        'find',
        `Models are served from models:/name/3, models:/name@alias, s3://bucket/folder or a folder, not from ${scheme}: addresses.`,
      )
    }
    return { kind: 'folder', path: text }
  }
  const found = /^models:\/([^/@]+)(?:\/(\d+)|@([^/@]+))$/.exec(text)
  if (!found) throw new Refused('find', `'${text}' names no version: write models:/name/3 or models:/name@alias.`)
  const [, name = '', version, alias = ''] = found
  return version === undefined
    ? { kind: 'alias', name: decoded(name), alias: decoded(alias) }
    : { kind: 'version', name: decoded(name), version }
}

function s3Address(text: string): Address {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text)
  if (found) return { kind: 's3', bucket: found[1] as string, prefix: (found[2] ?? '').replace(/^\/+|\/+$/g, '') }
  throw new Refused('find', 'An address in S3 is s3://BUCKET/FOLDER, without a login: that is in the AWS_ variables.')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
