import type { Reader } from '../db/handles.ts'
import type { Resource } from '../http/endpoint.ts'
import { missing } from '../http/errors.ts'
import { enumOf, string } from '../http/schema.ts'
import { ALL_OF_KIND, KIND } from './level.ts'
import { anchorOf } from './resources.ts'

/** Single things, or all of a kind, on which users are granted permissions. */
export const ResourceTypeOfUser = enumOf(['experiment', 'registered_model', 'prompt', 'scorer'], {
  description: 'Runs, traces and all else follow their experiment, scorers too unless they have grants of their own, versions their model',
})
export const ResourceId = string({
  min: 1,
  max: 512,
  description: "An experiment's id, a model's or prompt's name, EXPERIMENT_ID/NAME of a scorer, or * for all",
})

export type Named = { readonly resource_type: 'experiment' | 'registered_model' | 'prompt' | 'scorer'; readonly resource_id: string }

export function resourceOf({ resource_type, resource_id }: Named) {
  if (resource_type === 'scorer') return { scorer_name: resource_id }
  return resource_type === 'experiment' ? { experiment: resource_id } : { registered_model: resource_id }
}

/** Who may grant: whoever manages the thing, and on all things of a kind an admin. */
export const managerOfNamed = {
  permission: 'manage',
  on: (named: Named): Resource => (named.resource_id === '*' ? { server: 'roles' } : resourceOf(named)),
  unseen: 'denied',
} as const

/** What is named, as grants name it. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function grantedOn(db: Reader, named: Named): Promise<{ kind: number; target: number }> {
  if (named.resource_id === '*') return { kind: KIND[named.resource_type], target: ALL_OF_KIND }
  const anchor = await anchorOf(db, resourceOf(named))
  if ('code' in anchor) throw anchor
  if (named.resource_type === 'scorer') {
    if (anchor.scorer === undefined) throw missing(`Scorer '${named.resource_id}' not found: name it as EXPERIMENT_ID/NAME.`)
    return { kind: KIND.scorer, target: anchor.scorer }
  }
  return { kind: KIND[anchor.kind], target: anchor.ids[0] as number }
}
