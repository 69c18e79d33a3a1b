import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fulcioHandler, initializeCA, initializeCTLog, initializeTSA, tsaHandler } from '@sigstore/mock'
import { TransparencyLog } from './transparency-log.ts'

/** A Sigstore of a test's own, over HTTP on this machine: what issues certificates, what logs signatures, what tells the time. */
export type TestSigstore = {
  readonly url: string
  /** As trusted_root.json has it. */
  readonly trusted_root: Record<string, unknown>
  /** As `model_signing --trust_config` takes it. */
  readonly trust_config: Record<string, unknown>
  /** What was asked of it so far, by path. */
  readonly asked: readonly string[]
  /** What its clock tells of a second beside the second. */
  readonly fraction: { milliseconds: number }
  close(): Promise<void>
}

type Answer = { statusCode: number; response: string | ArrayBufferView; contentType?: string | undefined }

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const base64 = (bytes: ArrayBufferView): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/**
 * A token as an identity provider gives it. Nobody signed it: this Sigstore believes what it says, as far as the tests go that ask who was
 * certified and not who may be.
 */
export function identityToken(sub: string, iss: string, lives_s = 600): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  return `${part({ alg: 'ES256' })}.${part({ aud: 'sigstore', sub, iss, iat, exp: iat + lives_s })}.c2lnbmVk`
}

/** Starts one. */
export async function startSigstore(): Promise<TestSigstore> {
  const asked: string[] = []
  const handlers = new Map<string, (body: string, request: IncomingMessage) => Promise<Answer>>()
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    asked.push(path)
    readBody(request)
      .then(
        async (bytes) => (await handlers.get(path)?.(bytes.toString('utf8'), request)) ?? { statusCode: 404, response: 'nothing is here' },
      )
      .then(({ statusCode, response: body, contentType }) => {
        response.writeHead(statusCode, { 'content-type': contentType ?? 'text/plain' }).end(typeof body === 'string' ? body : bytesOf(body))
      })
      .catch((error: Error) => response.writeHead(500).end(error.message))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const certificate_log = await initializeCTLog(newKeys())
  const authority = await initializeCA(newKeys(), certificate_log)
  const log = new TransparencyLog(new URL(url).host)
  const now = new Date()
  // Whole seconds unless a test says more, as Sigstore's own, and as not every reader takes others.
  const fraction = { milliseconds: 0 }
  const clock = await initializeTSA(newKeys(), now)
  const certifies = fulcioHandler(authority)
  handlers.set(certifies.path, (body, { headers }) => certifies.fn(asMockTakes(body, headers.authorization)))
  const { path, fn } = tsaHandler(clock)
  handlers.set(path, (body) => {
    now.setTime(Math.floor(Date.now() / 1000) * 1000 + fraction.milliseconds)
    return fn(body)
  })
  handlers.set('/api/v1/log/entries', (body) => logged(log, body))
  const provider = JSON.stringify({ issuer: url, authorization_endpoint: `${url}/auth`, token_endpoint: `${url}/token` })
  handlers.set('/.well-known/openid-configuration', async () => ({ statusCode: 200, response: provider, contentType: 'application/json' }))

  const trusted_root = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [authorityOf(url, 'sigstore', [authority.rootCertificate])],
    timestampAuthorities: [authorityOf(url, 'tsa', [clock.intCertificate, clock.rootCertificate])],
    tlogs: [logOf(url, log.public_key)],
    ctlogs: [logOf(`${url}/ct`, certificate_log.publicKey)],
  }
  return {
    url,
    trusted_root,
    trust_config: {
      mediaType: 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json',
      trustedRoot: trusted_root,
      signingConfig: signingConfigOf(url),
    },
    asked,
    fraction,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  }
}

/** Fulcio takes a request for a certificate in base64 and the token as a header too, which is how Python sends them; the mock doesn't. */
function asMockTakes(body: string, authorization = ''): string {
  const { certificateSigningRequest: pem, ...rest } = JSON.parse(body)
  if (pem === undefined) return body
  const credentials = { oidcIdentityToken: authorization.replace('Bearer ', '') }
  return JSON.stringify({ credentials, ...rest, certificateSigningRequest: Buffer.from(pem, 'base64').toString('utf8') })
}

const bytesOf = (body: ArrayBufferView): Buffer => Buffer.from(body.buffer, body.byteOffset, body.byteLength)

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** What Rekor does with a "dsse" entry: keeps digests and signatures of the envelope that was proposed, and not the envelope. */
async function logged(log: TransparencyLog, body: string): Promise<Answer> {
  const { kind, apiVersion, spec } = JSON.parse(body)
  const { envelope, verifiers } = spec.proposedContent as { envelope: string; verifiers: string[] }
  const { payload, signatures } = JSON.parse(envelope) as { payload: string; signatures: { sig: string }[] }
  const sha256 = (bytes: Buffer) => ({ algorithm: 'sha256', value: createHash('sha256').update(bytes).digest('hex') })
  const verifier = Buffer.from(new X509Certificate(Buffer.from(verifiers[0] ?? '', 'base64')).toString()).toString('base64')
  const entry = log.log({
    kind,
    apiVersion,
    spec: {
      envelopeHash: sha256(Buffer.from(envelope)),
      payloadHash: sha256(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }) => ({ signature: sig, verifier })),
    },
  })
  return { statusCode: 201, response: JSON.stringify(entry), contentType: 'application/json' }
}

const LONG_AGO = { start: '2026-01-01T00:00:00Z' }

const authorityOf = (uri: string, commonName: string, chain: readonly ArrayBufferView[]) => ({
  subject: { organization: 'sigstore.mock', commonName },
  uri,
  certChain: { certificates: chain.map((der) => ({ rawBytes: base64(der) })) },
  validFor: LONG_AGO,
})

const logOf = (baseUrl: string, key: Buffer) => ({
  baseUrl,
  hashAlgorithm: 'SHA2_256',
  publicKey: { rawBytes: key.toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: LONG_AGO },
  logId: { keyId: createHash('sha256').update(key).digest('base64') },
})

function signingConfigOf(url: string) {
  const service = { url, majorApiVersion: 1, validFor: LONG_AGO, operator: 'sigstore.mock' }
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: [service],
    oidcUrls: [service],
    rekorTlogUrls: [service],
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: [{ ...service, url: `${url}/api/v1/timestamp` }],
    tsaConfig: { selector: 'ANY' },
  }
}
