import { posix } from 'node:path'
import type { Checkout, Violation } from './checkout.ts'

/** Rooms that are not called as the URL calls what they hold. */
const ROOM_OF: Readonly<Record<string, string>> = {
  // MLflow has two things called dataset: what a run read, and what an evaluation is made of; the URL means the second.
  datasets: 'evaluation-datasets',
}

const VERBS: Readonly<Record<string, readonly string[]>> = {
  GET: ['get', 'list'],
  POST: ['create'],
  PATCH: ['update'],
  PUT: ['put'],
  DELETE: ['delete'],
}

/** Endpoints that live elsewhere than their URL says, and why. */
export type Elsewhere = { readonly route: string; readonly why: string }

const ROUTE = /^ {2}route: '([A-Z]+) (\/[^']*)'/gm

/** Law 1: an endpoint has a file to itself, in the room that its URL names, called by the URL's last word. */
export function endpointPlaces({ texts }: Checkout, elsewhere: readonly Elsewhere[]): Violation[] {
  const found: Violation[] = []
  const used = new Set<string>()
  for (const [path, text] of texts) {
    if (!path.startsWith('packages/server/src/') || path.endsWith('.test.ts')) continue
    const routes = [...text.matchAll(ROUTE)]
    if (routes.length > 1) found.push({ path, message: `it holds ${routes.length} endpoints: each has a file of its own.` })
    for (const [, method = '', url = ''] of routes) {
      const message = misplaced(method, url, path)
      if (message === undefined) continue
      const route = `${method} ${url}`
      if (elsewhere.some((one) => one.route === route)) used.add(route)
      else found.push({ path, message: `${route}: ${message}` })
    }
  }
  const stale = elsewhere.filter(({ route }) => !used.has(route))
  const strike = ({ route }: Elsewhere): Violation => ({
    path: 'tools/tidy/laws.ts',
    message: `${route} is where its URL says: strike it off.`,
  })
  return [...found, ...stale.map(strike)]
}

function misplaced(method: string, url: string, path: string): string | undefined {
  const api = /^\/(?:ajax-)?api\/\d\.\d\/mlflow\/([^/]+)\/?(.*)$/.exec(url)
  if (!api) return undefined
  const [, noun = '', rest = ''] = api
  const room = ROOM_OF[noun] ?? noun
  if (posix.basename(posix.dirname(path)) !== room) return `its room is ${room}/, by its URL.`
  const last = rest.split('/').findLast((part) => part !== '' && !part.startsWith('{'))
  const words = last === undefined ? (VERBS[method] ?? []) : last.split('-').map(singular)
  const name = posix.basename(path, '.ts').split('-').map(singular)
  return words.some((word) => name.includes(word)) ? undefined : `its file is called after '${words.join('-')}', by its URL.`
}

const singular = (word: string): string => word.replace(/s$/, '')
