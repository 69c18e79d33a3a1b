import { joinTrust, NOBODY, type Trust, trustKey } from '@millrace/sign'
import type { ModelSigner } from '@millrace/sign/make'
import type { Reader } from '../../db/handles.ts'

/** Whose signatures count, and the key of the server itself, if it has one. */
export type Trusted = { readonly trust: Trust; readonly own?: ModelSigner }

/** The name under which the server's own signatures are told. */
export const SERVER = 'server'

// By database, as keys for secrets are: no handler has to hand it on, and a Setting may not hold a key.
const held = new WeakMap<object, Trusted>()

/** From now on, these are trusted on this database. The server's own word counts for what it finds out itself. */
export function holdTrusted(db: Pick<Reader, 'identity'>, { trust, own }: Trusted): void {
  if (!own) {
    held.set(db.identity, { trust })
    return
  }
  const [self] = trustKey(own.signer.public_key, SERVER).keys
  const keys = self ? [{ ...self, may: ['scan', 'approval', 'provenance'] as const }] : []
  held.set(db.identity, { trust: joinTrust(trust, { ...NOBODY, keys }), own })
}

/** Who is trusted on this database: nobody, unless it was said. */
export const trustedOn = (db: Pick<Reader, 'identity'>): Trusted => held.get(db.identity) ?? { trust: NOBODY }
