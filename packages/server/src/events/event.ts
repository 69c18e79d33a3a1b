type Tags = Readonly<Record<string, string>>
type Version = { readonly name: string; readonly version: string }
type Alias = { readonly name: string; readonly alias: string }
type Key = { readonly key: string }
type KeyValue = { readonly key: string; readonly value: string }
/** A version that takes an alias's place in steps. */
type Rollout = Version & {
  readonly alias: string
  readonly from_version: string
  readonly rollout_id: string
  readonly weight: number
  readonly by: string
  readonly reason: string
}
/** A version that is to have an alias or a stage, or has it now. */
type Promotion = Version & { readonly alias?: string; readonly stage?: string; readonly request_id: string }
type Named = { readonly name: string; readonly tags: Tags; readonly description: string | null }

/** What each event tells: the payloads of MLflow's webhooks, by entity and action. */
type Told = {
  readonly 'registered_model.created': Named
  readonly 'model_version.created': Named & Version & { readonly source: string; readonly run_id: string | null }
  readonly 'model_version_tag.set': Version & KeyValue
  readonly 'model_version_tag.deleted': Version & Key
  readonly 'model_version_alias.created': Alias & Version
  readonly 'model_version_alias.deleted': Alias
  readonly 'prompt.created': Named
  readonly 'prompt_version.created': Named & Version & { readonly template: string | null }
  readonly 'prompt_tag.set': { readonly name: string } & KeyValue
  readonly 'prompt_tag.deleted': { readonly name: string } & Key
  readonly 'prompt_version_tag.set': Version & KeyValue
  readonly 'prompt_version_tag.deleted': Version & Key
  readonly 'prompt_alias.created': Alias & Version
  readonly 'prompt_alias.deleted': Alias
  readonly 'promotion_request.created': Promotion & { readonly asked_by: string; readonly missing: readonly string[] }
  readonly 'promotion_request.approved': Promotion & { readonly by: string; readonly reason: string }
  readonly 'promotion_request.rejected': Promotion & { readonly by: string; readonly reason: string }
  readonly 'promotion.bypass_asked': Promotion & { readonly by: readonly string[]; readonly reasons: readonly string[] }
  readonly 'promotion.bypassed': Promotion & { readonly by: readonly string[]; readonly reasons: readonly string[] }
  readonly 'promotion.rolled_back': Version & {
    readonly alias?: string
    readonly stage?: string
    readonly from_version: string | null
    readonly by: string
    readonly reason: string
  }
  readonly 'rollout.started': Rollout
  readonly 'rollout.stepped': Rollout
  readonly 'rollout.paused': Rollout
  readonly 'rollout.resumed': Rollout
  readonly 'rollout.finished': Rollout
  readonly 'rollout.rolled_back': Rollout
  readonly 'rollout.aborted': Rollout
  readonly 'model_version.quarantined': Version & {
    readonly ending: string
    readonly aliases: readonly string[]
    readonly stage: string
    readonly owner: string | null
  }
}

export type EventName = keyof Told

/** Something that happened, for whoever wants to know: emitted in the transaction that made it happen. */
export type Event = { readonly [Name in EventName]: { readonly event: Name; readonly data: Told[Name] } }[EventName]

/** What the event happened to. Events about one thing are told in their order. */
export const thingOf = ({ event, data }: Event): string => `${event.startsWith('prompt') ? 'prompt' : 'registered_model'}/${data.name}`
