/** A text as the filter language takes it: within apostrophes, with those inside escaped. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** Finds what has a part of a name; nothing typed finds everything. */
export function nameFilter(typed: string): string {
  const wanted = typed.trim()
  return wanted === '' ? '' : `name ILIKE ${quoted(`%${wanted}%`)}`
}

/** The mark of prompts among the registered models. */
export const IS_PROMPT = "tags.`mlflow.prompt.is_prompt` = 'true'"
