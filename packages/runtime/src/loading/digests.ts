import { Refused } from '../refused.ts'

/** Holds the digests of what arrived against those on record. @throws Refused('digests') that names the file */
export function checkDigests(found: ReadonlyMap<string, string>, recorded: ReadonlyMap<string, string>): void {
  for (const [path, sha256] of recorded) {
    const other = found.get(path)
    if (other === undefined) throw new Refused('digests', `${path} is on record and did not arrive: fetch the version again.`)
    if (other !== sha256) {
      throw new Refused(
        'digests',
        `${path} has the SHA-256 ${other}, and ${sha256} is on record: it was changed after it was registered. ` +
          'Find out by whom, and register the model again.',
      )
    }
  }
  for (const path of found.keys()) {
    if (!recorded.has(path)) throw new Refused('digests', `${path} is not on record for this version: it was put there later.`)
  }
}
