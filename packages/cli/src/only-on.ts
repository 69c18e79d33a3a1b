type Named = { readonly experiment_ids?: readonly string[] | undefined; readonly registered_models?: readonly string[] | undefined }

/** What a token is narrowed to, in a few words; nothing where it is for all that its account may. */
export function onlyOn({ experiment_ids, registered_models }: Named): string {
  if (!experiment_ids && !registered_models) return ''
  const parts = [
    experiment_ids?.length ? `experiments ${experiment_ids.join(', ')}` : '',
    registered_models?.length ? `models ${registered_models.join(', ')}` : '',
  ]
  return parts.filter((part) => part !== '').join('; ') || 'nothing that is still there'
}
