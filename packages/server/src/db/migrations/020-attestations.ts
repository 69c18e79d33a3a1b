import type { Migration } from '../migrate.ts'

/**
 * Signed statements on model versions, as Sigstore bundles in the text that came. Whose they are is worked out at each use, from the text
 * and from who is trusted then: a key that is revoked counts no more at once. `sha256` is the bundle's, by which it is named.
 */
export const attestations: Migration = {
  id: 20,
  name: 'attestations',
  statements: ({ types: { int, text, id } }) => [
    `create table attestation (
      id ${id}, version ${int} not null references model_version (id) on delete cascade, sha256 ${text} not null, kind ${text} not null,
      predicate_type ${text} not null, bundle ${text} not null, received_by ${text}, received_ms ${int} not null, unique (version, sha256)
    )`,
  ],
}
