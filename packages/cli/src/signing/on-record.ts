import { type MillraceClient, MillraceError } from '@millrace/client'
import { attestedDigests, SINGLE_FILE } from '@millrace/sign'
import { addressOf, asking, type NamedVersion } from './tracking.ts'

export type OnRecord = { readonly scan: readonly string[]; readonly approval: readonly string[] }

const NO_KEY = 'a server attests it with a key of its own only (--signing-key)'

/** A server's manifest of a version: its files as signatures name them, and the digests of all together. */
export async function manifestOf(client: MillraceClient, version: NamedVersion) {
  const manifest = await asking(addressOf(version), () => client.call('GET /api/2.0/millrace/model-versions/manifest', version))
  const files = manifest.files.map(({ path, sha256 }) => ({ path: path || SINGLE_FILE, sha256 }))
  return { ...manifest, files, digests: attestedDigests(files) }
}

/**
 * What a server has on record of a version's files, attested or not: its scan, and approvals, which it attests when they are used. Until
 * then they may be taken back or grow too old.
 */
export const onRecord = (client: MillraceClient, version: NamedVersion, root_sha256: string): Promise<OnRecord> =>
  asking(addressOf(version), async () => ({
    scan: await scanned(client, version),
    approval: await approved(client, version, root_sha256),
  }))

async function scanned(client: MillraceClient, version: NamedVersion): Promise<string[]> {
  try {
    const { scan } = await client.call('GET /api/2.0/millrace/model-versions/scan', version)
    const found = scan.findings.filter(({ severity }) => severity !== 'info').length
    const findings = found === 0 ? '' : `, ${found} ${found === 1 ? 'finding' : 'findings'}`
    return [`${scan.ending.replaceAll('_', ' ')}${findings}, by rules ${scan.rules_version}; ${NO_KEY}`]
  } catch (error) {
    if (error instanceof MillraceError && error.status === 404) return []
    throw error
  }
}

async function approved(client: MillraceClient, { name, version }: NamedVersion, root_sha256: string): Promise<string[]> {
  const requests = await client.paged('GET /api/2.0/millrace/promotions/requests', 'promotion_requests', { name, all: true }).all()
  return requests.flatMap(({ request_id, alias, stage, state, missing, decisions, ...about }) => {
    const people = decisions.filter(({ says }) => says === 'approve').map(({ user }) => user)
    if (about.version !== version || about.root_sha256 !== root_sha256 || people.length === 0) return []
    const by = `${people.join(' and ')} approved them for ${alias === undefined ? `stage '${stage}'` : `alias '${alias}'`} (${request_id})`
    if (state === 'used') return [`${by}, where they were put; ${NO_KEY}`]
    if (state === 'approved') return [`${by}; nobody has put them there yet, with which the server attests it`]
    return state === 'open' ? [`${by}; more is missing: ${missing.map(({ says }) => says).join('; ')}`] : []
  })
}
