import { createHash } from 'node:crypto'
import { type AuditReport, reportOf } from '../audit-report.ts'
import type { Finding } from '../finding.ts'
import { attack } from './active.ts'
import { type Answer, ask } from './ask.ts'
import { API, askKnown, askPage, askUnknown, type Look, wantsLogin } from './look.ts'
import { lookAtRegistry } from './registry.ts'
import { KNOWN_UNTIL, vulnerabilitiesOf } from './versions.ts'

const SEARCH = `${API}/experiments/search?max_results=1`
const FOREIGN = 'audit.invalid'
/** What MLflow's basic-auth comes with, in its documentation and its configuration. */
const DEFAULT_LOGINS = ['admin:password1234', 'admin:password']

type Login = Readonly<Record<string, string>>

/** How far an audit of a server goes. */
export type ServerOptions = {
  /** Headers that log in: the registry is read with them. */
  readonly login?: Login
  /** Whether attacks are tried that can be taken back. */
  readonly active?: boolean
}

/** Whether an address is of this machine. */
export const isNear = (address: string): boolean => /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(address).hostname)

/**
 * Audits a running tracking server by what it answers; nothing is changed, unless `active`.
 * @throws Error when nobody answers, or what is no tracking server
 */
export async function auditServer(address: string, { login = {}, active = false }: ServerOptions = {}): Promise<AuditReport> {
  const url = new URL(address)
  const path = url.pathname.replace(/\/$/, '')
  const look: Look = { url, base: await baseOf(url, path, login), path, is_near: isNear(address), login, found: [], passed: [], unseen: [] }
  const product = await recognise(look)
  await lookAtLogin(look)
  await lookAtHost(look)
  await lookAtOrigins(look)
  lookAtTransport(look)
  await lookAtRegistry(look)
  if (active) await attack(look)
  const findings = look.found.map(
    (told): Finding => ({
      ...told,
      confidence: 'high',
      context: 'code',
      weight: told.severity,
      file: `${url.origin}${path}`,
      line: 0,
      end_line: 0,
      fingerprint: createHash('sha256').update(`${told.rule} ${told.title}`).digest('hex').slice(0, 16),
    }),
  )
  return reportOf(`${url.origin}${path} (${product})`, 'server', findings, { passed: look.passed, not_read: look.unseen })
}

/**
 * Where the API is: below the address's own path, or at the root, where older versions of MLflow leave it beside --static-prefix. With a
 * login on, the wrong one of the two may ask for it as well.
 * @throws Error when the address only leads to another server
 */
async function baseOf(url: URL, path: string, login: Login): Promise<string> {
  const below = await ask(url, `${path}${SEARCH}`, { headers: login })
  const leads_to = below.headers.location === undefined ? url : new URL(below.headers.location, url)
  if (leads_to.origin !== url.origin && leads_to.pathname.endsWith(SEARCH.replace(/\?.*/, '')))
    throw new Error(`it leads to ${leads_to.origin}: name that address`)
  if (path === '' || (below.status !== 404 && !asksForLogin(below.status))) return path
  return below.status === 404 || answersData(await ask(url, SEARCH, { headers: login })) ? '' : path
}

async function recognise(look: Look): Promise<string> {
  const { found, passed } = look
  // With a login on, some answer their version to those who are known alone.
  const version = await askPage(look, '/version')
  const number = /^\d+\.\d+[\w.]*$/.exec(version.text.trim())?.[0]
  const openapi = await ask(look.url, `${look.path}/openapi.json`)
  // The API's description is for those who are known, too; the page to sign in is for all.
  const sign_in = await ask(look.url, `${look.path}/login`)
  if (/"title":\s*"Millrace/.test(openapi.text) || /<title>[^<]*Millrace/.test(sign_in.text)) {
    passed.push(`It is Millrace, which speaks the API of MLflow ${number ?? 'of an unknown version'} and has none of its code.`)
    return 'Millrace'
  }
  if (version.status !== 200 || number === undefined) {
    const search = await askUnknown(look, SEARCH)
    if (!answersData(search) && !asksForLogin(search.status))
      throw new Error(`it is no tracking server: a search for experiments was answered with ${search.status}`)
    look.unseen.push(`Its version was not looked at: ${asksForLogin(version.status) ? wantsLogin(look) : 'it tells none'}.`)
    return 'a server that is not recognised'
  }
  for (const { id, what, fixed, last, severity, cwe } of vulnerabilitiesOf(number)) {
    found.push({
      rule: `version/${id.toLowerCase()}`,
      category: 'VULNERABLE_VERSION',
      severity,
      cwe,
      title: `${id}: ${what}`,
      evidence: `/version answers ${number}; ${fixed ? `fixed in ${fixed}` : `affected up to ${last}`}`,
      why: 'The server says its version, and this is published of it.',
      means: 'The way to use it is public.',
      recommendation: fixed ? `Update to ${fixed} or later.` : `Update to a version after ${last}.`,
    })
  }
  passed.push(`MLflow ${number} was compared with what is published until ${KNOWN_UNTIL}.`)
  return `MLflow ${number}`
}

/** Refused to who is unknown, or led to a page to sign in on. */
const asksForLogin = (status: number): boolean => [301, 302, 303, 307, 308, 401, 403].includes(status)

const answersData = ({ status, headers }: Answer): boolean => status === 200 && /json/.test(headers['content-type'] ?? '')

async function lookAtLogin(look: Look): Promise<void> {
  const { is_near, found, passed, unseen } = look
  const anonymous = await askUnknown(look, SEARCH)
  if (answersData(anonymous)) {
    found.push({
      rule: 'server/no-login',
      category: 'DATA_EXPOSURE',
      severity: is_near ? 'info' : 'high',
      cwe: 306,
      title: 'Everybody who reaches it may use it',
      evidence: `experiments/search answers 200 without a login${is_near ? '; the address is of this machine alone' : ''}`,
      why: 'A search was answered to somebody unknown.',
      means: 'Runs and models can be read, changed and deleted by who reaches the port.',
      recommendation: 'Turn login on (millrace server --auth; --app-name basic-auth), and let a proxy with TLS stand before it.',
    })
    return
  }
  if (!asksForLogin(anonymous.status)) {
    unseen.push(`Whether it asks for a login was not found out: experiments/search answers ${anonymous.status}.`)
    return
  }
  passed.push(`experiments/search asks for a login (${anonymous.status}).`)
  for (const login of DEFAULT_LOGINS) {
    const answer = await askUnknown(look, SEARCH, { headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` } })
    if (!answersData(answer)) continue
    found.push({
      rule: 'server/default-login',
      category: 'CREDENTIALS_UNSAFE',
      severity: 'critical',
      cwe: 1392,
      title: 'The password that the product comes with is valid',
      evidence: 'user admin, with the password of the documentation',
      why: 'A login with it was accepted.',
      means: 'Everybody is administrator.',
      recommendation: 'Change it now, and look at what was done with it.',
    })
    return
  }
  passed.push('No password that products come with is valid.')
}

async function lookAtHost(look: Look): Promise<void> {
  const { found, passed, unseen } = look
  const own = await askKnown(look, SEARCH)
  const answer = await askKnown(look, SEARCH, { headers: { host: FOREIGN } })
  if (!answersData(own) && answer.status === own.status) {
    const because = asksForLogin(own.status) ? wantsLogin(look) : `it answers ${own.status} to its own as well`
    unseen.push(`Whether it answers to another host's name was not found out: ${because}.`)
    return
  }
  if (!answersData(answer)) {
    passed.push(`A request to another host's name is refused (${answer.status}).`)
    return
  }
  found.push({
    rule: 'server/any-host',
    category: 'DATA_EXPOSURE',
    severity: 'high',
    cwe: 346,
    title: 'It answers to any name',
    evidence: `Host: ${FOREIGN} was answered with 200`,
    why: 'A server that does not know its name can be called by a page under a name of the attacker’s (DNS rebinding).',
    means: 'A page that somebody visits reads and changes what that person’s machine reaches.',
    recommendation: 'Say its names (--allowed-hosts).',
  })
}

async function lookAtOrigins(look: Look): Promise<void> {
  const { found, passed } = look
  const { headers } = await askUnknown(look, SEARCH, { headers: { origin: `https://${FOREIGN}` } })
  const allowed = headers['access-control-allow-origin']
  if (allowed === undefined || (allowed !== '*' && !allowed.includes(FOREIGN))) {
    passed.push('Pages of other sites get no answer that they can read.')
    return
  }
  found.push({
    rule: 'server/any-origin',
    category: 'DATA_EXPOSURE',
    severity: headers['access-control-allow-credentials'] === 'true' ? 'high' : 'medium',
    cwe: 942,
    title: 'Pages of every site may read its answers',
    evidence: `Access-Control-Allow-Origin: ${allowed.slice(0, 80)}`,
    why: 'CORS allows an origin that nobody named.',
    means: 'A page that somebody visits reads what that person’s machine reaches.',
    recommendation: 'Name the origins that need it (--cors-allowed-origins).',
  })
}

function lookAtTransport({ url, is_near, found, passed }: Look): void {
  if (url.protocol === 'https:') passed.push('It is called by TLS, with a certificate that was checked.')
  else if (is_near) passed.push('Plain HTTP does not leave this machine.')
  else {
    found.push({
      rule: 'server/plain-http',
      category: 'DATA_EXPOSURE',
      severity: 'medium',
      cwe: 319,
      title: 'It is called without TLS',
      evidence: url.origin,
      why: 'The address is http:// and not of this machine.',
      means: 'Tokens, parameters and models can be read and changed on the way.',
      recommendation: 'Put a proxy with TLS before it.',
    })
  }
}
