import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { STATUS_OF_CODE } from '../../packages/server/src/http/errors.ts'
import { type DoorKey, frontDoors, packageArrows } from './arrows.ts'
import { type Checkout, ROOT, type Violation } from './checkout.ts'
import { dependencies, oneVersion, withoutDependencies } from './dependencies.ts'
import { errorTable, links } from './documents.ts'
import { exportsOf, fileNames } from './names.ts'
import { type Elsewhere, endpointPlaces } from './places.ts'
import ratchet from './ratchet.json' with { type: 'json' }
import { sizes } from './sizes.ts'
import { databaseWords, type Exception, machinePaths, shells, unfinished } from './words.ts'

/** Who may look past a room's front door, and why. */
const KEYS: readonly DoorKey[] = [
  {
    importer: 'tracking/metrics/',
    room: 'tracking/runs',
    why: 'a metric is of a run: by their doors they would import each other in a circle',
  },
  { importer: 'tracking/runs/', room: 'tracking/metrics', why: 'a run shows its metrics: the same circle' },
  {
    importer: 'registry/model-versions/',
    room: 'registry/scans',
    why: 'a version shows how it was scanned, and a scan reads versions: the same circle',
  },
]

/** Files of the server outside `db/` and `testing/` that name a database. */
const NAMES_A_DATABASE: readonly Exception[] = [
  { path: 'packages/server/src/config/server-options.ts', why: 'help texts say what the URI of each database looks like' },
  { path: 'packages/server/src/config/secret-variables.ts', why: 'help texts name the database whose password it is' },
  { path: 'packages/server/src/http/reader-worker.ts', why: 'the thread exists only where the database lives in the process' },
]

/** Endpoints that live elsewhere than their URL says, and why. */
const ELSEWHERE: readonly Elsewhere[] = [
  { route: 'POST /api/2.0/mlflow/experiments/search-datasets', why: 'it answers datasets, by experiment' },
  { route: 'GET /api/3.0/mlflow/server-info', why: 'a word without a noun: it is one of the things a server says of itself' },
  { route: 'GET /ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files', why: 'artifacts are one room, whosever they are' },
  { route: 'GET /api/2.0/mlflow/logged-models/{model_id}/artifacts/directories', why: 'artifacts are one room, whosever they are' },
  { route: 'GET /ajax-api/2.0/mlflow/get-trace-artifact', why: 'a verb before its noun: it is a trace that is got' },
  { route: 'GET /api/3.0/mlflow/traces/batchGet', why: 'the URL is in camelCase, and the file batch-get' },
  { route: 'POST /api/3.0/mlflow/traces/batchGetInfos', why: 'the URL is in camelCase, and the file batch-get-infos' },
  { route: 'POST /ajax-api/2.0/mlflow/upload-artifact', why: 'a verb before its noun' },
  { route: 'PATCH /api/2.0/mlflow/logged-models/{model_id}', why: 'what it does is to finalize, and nothing else is updated' },
]

/** A law of the house that a program can hold. */
export type Law = { readonly title: string; readonly check: (checkout: Checkout) => Violation[] }

/** Every law; `laws.test.ts` holds this checkout to each, and shows for each that breaking it is noticed. */
export const LAWS: readonly Law[] = [
  { title: 'packages import each other along the arrows', check: packageArrows },
  { title: 'a room of the server is reached through its front door, index.ts', check: (checkout) => frontDoors(checkout, KEYS) },
  { title: 'an endpoint has a file to itself, found from its URL', check: (checkout) => endpointPlaces(checkout, ELSEWHERE) },
  { title: 'files, functions and lines are short', check: (checkout) => sizes(checkout, ratchet) },
  { title: 'files are named after what they hold', check: fileNames },
  { title: 'exports have names, and come from where they are made', check: exportsOf },
  { title: 'which database it is stays in db/', check: (checkout) => databaseWords(checkout, NAMES_A_DATABASE) },
  { title: 'no path of a machine, no host of a registry', check: (checkout) => machinePaths(checkout, ROOT) },
  { title: 'nothing is left for later, no test is left out', check: unfinished },
  { title: 'no program runs through a shell', check: shells },
  { title: 'every dependency is exact and has its reasons in docs/dependencies.md', check: dependencies },
  { title: 'all packages have one version', check: oneVersion },
  { title: 'the client and sign have no runtime dependencies', check: withoutDependencies },
  { title: 'docs/errors.md is the table of http/errors.ts', check: (checkout) => errorTable(checkout, STATUS_OF_CODE) },
  { title: 'links between pages lead somewhere', check: (checkout) => links(checkout, (path) => existsSync(join(ROOT, path))) },
]
