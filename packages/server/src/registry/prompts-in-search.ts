import type { Visible } from '../http/access.ts'
import type { Clause, Fragment, Term } from '../tracking/search/index.ts'
import { IS_PROMPT_TAG } from './names.ts'

/** What a search of models, prompts or their versions looks for, and in which order. */
export type RegistrySearch = { readonly clauses: readonly Clause[]; readonly terms: readonly Term[]; readonly visible: Visible }

/**
 * Takes the clauses on the prompt tag out of a filter and gives what they ask for. As in MLflow, prompts are found only by
 * `tags.mlflow.prompt.is_prompt = 'true'` (or `!= 'false'`); every other search finds none. What a prompt is the row says, not the tag.
 */
export function splitPrompts(clauses: readonly Clause[]): { rest: readonly Clause[]; prompts: Fragment } {
  const about = clauses.filter(({ entity, name }) => entity === 'tag' && name === IS_PROMPT_TAG)
  const first = about[0]?.test
  const wanted =
    first?.kind === 'text' &&
    ((first.operator === '=' && first.value.toLowerCase() === 'true') || (first.operator === '!=' && first.value.toLowerCase() === 'false'))
  return { rest: clauses.filter((clause) => !about.includes(clause)), prompts: { sql: 'm.is_prompt = ?', values: [wanted ? 1 : 0] } }
}
