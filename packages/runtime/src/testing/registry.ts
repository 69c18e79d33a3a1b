import { createHash } from 'node:crypto'
import { MillraceClient } from '@millrace/client'

/** What a registry says, and what it hands out, which need not be the same. */
export type Registry = {
  files: Record<string, string | Buffer>
  recorded: Record<string, string | Buffer> | undefined
  scan?: string | undefined
  status?: string
  version?: string
  /** Bundles of signatures, as texts. */
  signed?: readonly string[]
  /** What the policy finds missing for an alias. */
  missing?: readonly { what: string; says: string }[]
}

/** A client whose server says these things: one that was broken into would. */
export function clientOf(registry: Registry): MillraceClient {
  const answer = (body: unknown, status = 200): Response => Response.json(body, { status })
  const none = (message: string): Response => answer({ error_code: 'RESOURCE_DOES_NOT_EXIST', message }, 404)
  const said = 'scan' in registry ? registry : { ...registry, scan: 'clean' }
  const fetch = async (input: string | URL | Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(String(input))
    if (/model-versions\/get$|registered-models\/alias$/.test(pathname)) {
      return answer({ model_version: { name: 'steps', version: registry.version ?? '3', status: registry.status ?? 'READY' } })
    }
    if (pathname.endsWith('/manifest')) {
      const files = Object.entries(registry.recorded ?? {}).map(([path, content]) => ({
        path,
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      }))
      return registry.recorded ? answer({ root_sha256: '', bytes: 0, files }) : none('The version has no manifest.')
    }
    if (pathname.endsWith('/scan')) {
      const scan = { ending: said.scan, findings: [], rules_version: '1', scanned_ms: 0 }
      return said.scan === undefined ? none('Nobody has looked.') : answer({ scan })
    }
    if (pathname.endsWith('/attestations/list')) {
      return answer({ attestations: (registry.signed ?? []).map((_, at) => ({ attestation_id: String(at), kind: 'signature' })) })
    }
    if (pathname.endsWith('/attestations/get')) return answer({ bundle: registry.signed?.[Number(searchParams.get('attestation_id'))] })
    if (pathname.endsWith('/promotions/explain')) return answer({ missing: registry.missing ?? [] })
    const content = registry.files[searchParams.get('path') ?? '']
    return content === undefined ? none('There is no such file.') : new Response(content as string)
  }
  return new MillraceClient({ url: 'http://registry.example', fetch: fetch as typeof globalThis.fetch, tries_max: 1 })
}
