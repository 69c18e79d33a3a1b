import { array, int64, object, optional, type Static, string } from '../../http/schema.ts'
import { ModelVersion } from '../model-versions/index.ts'
import { Tag, VersionNumber } from '../names.ts'

/** A registered model on the wire, or a prompt. */
export const RegisteredModel = object({
  name: string(),
  creation_timestamp: int64({ description: 'Milliseconds since 1970' }),
  last_updated_timestamp: int64({ description: 'Milliseconds since 1970' }),
  user_id: optional(string()),
  description: optional(string()),
  latest_versions: array(ModelVersion, { description: 'The newest version in each stage' }),
  tags: array(Tag),
  aliases: array(object({ alias: string(), version: VersionNumber })),
})
export type RegisteredModel = Static<typeof RegisteredModel>
