import type { Reader } from '../../db/handles.ts'
import type { Resource } from '../../http/endpoint.ts'
import { enumOf, string } from '../../http/schema.ts'
import { ALL_OF_KIND, KIND } from '../level.ts'
import { anchorOf } from '../resources.ts'

/** Single things, or all of a kind, on which users are granted permissions. */
export const ResourceTypeOfUser = enumOf(['experiment', 'registered_model', 'prompt'], {
  description: 'Runs, traces, scorers and all else follow their experiment, versions their model',
})
export const ResourceId = string({ min: 1, max: 512, description: "An experiment's id, a model's or prompt's name, or * for all" })

export type Named = { readonly resource_type: 'experiment' | 'registered_model' | 'prompt'; readonly resource_id: string }

const resourceOf = ({ resource_type, resource_id }: Named) =>
  resource_type === 'experiment' ? { experiment: resource_id } : { registered_model: resource_id }

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
  return { kind: KIND[anchor.kind], target: anchor.ids[0] as number }
}
