import { invalid } from '../../http/errors.ts'
import { optional, string } from '../../http/schema.ts'
import { STAGES, Stage } from '../model-versions/index.ts'
import { AliasName } from '../names.ts'
import type { Target } from '../policy/index.ts'

/** The two fields by which a request names a place: one of them is given. */
export const placeFields = {
  alias: optional({ ...AliasName, json: { ...string().json, description: 'The alias; or else give the stage' } }),
  stage: optional(Stage),
}

type Given = { readonly alias?: string | undefined; readonly stage?: number | undefined }

/** The place that a request names, or undefined. @throws ApiError INVALID_PARAMETER_VALUE when it names both */
export function optionalTarget({ alias, stage }: Given): Target | undefined {
  if (alias !== undefined && stage !== undefined) throw invalid("Give 'alias' or 'stage', not both.")
  if (alias !== undefined) return { kind: 'alias', name: alias }
  return stage === undefined ? undefined : { kind: 'stage', name: STAGES[stage] as string }
}

/** @throws ApiError INVALID_PARAMETER_VALUE unless the request names one place */
export function requiredTarget(given: Given): Target {
  const target = optionalTarget(given)
  if (!target) throw invalid("Missing value for required parameter 'alias': give it, or 'stage'.")
  return target
}
