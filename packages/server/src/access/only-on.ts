import { query, type Reader } from '../db/handles.ts'
import type { OnlyOn } from '../http/access.ts'
import type { Resource } from '../http/endpoint.ts'
import { array, optional, string } from '../http/schema.ts'
import { anchorOf } from './resources.ts'
import type { Token } from './token-store.ts'

const THINGS_MAX = 100
const NAMES = query<[id: number, name: string]>((dialect) => `select id, name from registered_model where ${dialect.inIntegers('id')}`)

/** Fields that narrow a token to some things; without either it is for all that its account may. */
export const onlyOnFields = {
  experiment_ids: optional(
    array(string({ min: 1, max: 256 }), {
      min: 1,
      max: THINGS_MAX,
      description: 'Only these experiments, with the runs, traces and files that are in them; all else is not there for the token',
    }),
  ),
  registered_models: optional(
    array(string({ min: 1, max: 512 }), {
      min: 1,
      max: THINGS_MAX,
      description: 'Only these registered models and prompts, by name; their files need the experiment that these come from, too',
    }),
  ),
}

export type Named = {
  readonly experiment_ids?: string[] | undefined
  readonly registered_models?: string[] | undefined
}

/** What is named: whoever makes the token must be able to see it. */
export const thingsNamed = ({ experiment_ids = [], registered_models = [] }: Named): Resource[] => [
  ...experiment_ids.map((experiment) => ({ experiment })),
  ...registered_models.map((registered_model) => ({ registered_model })),
]

/** The same by internal ids, so that what takes a name later is not meant. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function onlyOnOf(db: Reader, named: Named): Promise<OnlyOn | undefined> {
  if (!named.experiment_ids && !named.registered_models) return undefined
  const ids = { experiment: new Set<number>(), registered_model: new Set<number>() }
  for (const resource of thingsNamed(named)) {
    const anchor = await anchorOf(db, resource as { experiment: string } | { registered_model: string })
    if ('code' in anchor) throw anchor
    for (const id of anchor.ids) ids[anchor.kind].add(id)
  }
  return { experiment: [...ids.experiment], registered_model: [...ids.registered_model] }
}

/** What tokens are narrowed to, in the words of who made them; models that are gone have no name any more. */
export async function namesOf(db: Reader, tokens: readonly Pick<Token, 'only_on'>[]): Promise<(Named | undefined)[]> {
  const narrowed = tokens.map(({ only_on }) => (only_on === null ? undefined : (JSON.parse(only_on) as OnlyOn)))
  const models = narrowed.flatMap((one) => one?.registered_model ?? [])
  const names = new Map(models.length === 0 ? [] : await db.tuples(NAMES, db.dialect.list(models)))
  return narrowed.map(
    (one) =>
      one && {
        experiment_ids: one.experiment.map(String),
        registered_models: one.registered_model.flatMap((id) => names.get(id) ?? []),
      },
  )
}
