import { anyOf } from '../syntax/any-of.ts'
import { type Argument, type Call, type Facts, fixedText, mentions } from '../syntax/facts.ts'

const PINNED = /^models:\/(?:m-[\w-]+|[^/@]+\/\d+)$/
/** Which version it is stands in a variable that is called so. */
const PINNED_BY_NAME = /^[fF]["']models:\/[^/@]+\/\{[^}]*version[^}]*\}["']$|^[fF]["']models:\/\{[^}]*model_id[^}]*\}["']$/
/** What this program logged itself, a few lines before, or what is in the model that loads it. */
const OWN = anyOf(
  '',
  /^mlflow\.get_artifact_uri\(|\bcontext\.artifacts\b/,
  /(?:^|[._])(?:info|logged_model|logged|model_info|log_result)\.model_uri$/,
  /^[fF]["']runs:\/\{(?:run|active_run|mlflow\.(?:active_run|last_active_run)\(\))\.info\.run_id\}/,
)

/** A path that is only made a text is the same path. */
const bare = (text: string): string => text.replace(/^str\(([^()]+)\)$/, '$1')

/** Whether a model is of this program, which saved it under that name, or is a part of the model that MLflow loads by this function. */
export function isOwn(uri: Argument, call: Call, facts: Facts): boolean {
  const place = fixedText(uri, call, facts) ?? bare(uri.text)
  const saves = (one: Call): boolean =>
    /(?:^|\.)(?:save|log)_model$/.test(one.name) && one.args.some((given) => (fixedText(given, one, facts) ?? bare(given.text)) === place)
  const hook = facts.functions.find(({ name, scope }) => name === '_load_pyfunc' && scope === call.scope)
  const parts = new Set((hook?.params ?? '').match(/[A-Za-z_]\w*/g))
  return facts.calls.some(saves) || writtenAs(uri, facts).some((text) => OWN.test(text) || mentions(text, parts))
}

/** How an argument is written: itself, and what its name gets where it gets one thing. */
function writtenAs({ text }: Argument, { assignments }: Facts): string[] {
  const [only, another] = assignments.filter(({ names }) => names.length === 1 && names[0] === text)
  return only && !another ? [text, only.text] : [text]
}

/** Whether a model's URI names one version, whoever moves a stage or an alias. */
export const isPinned = (uri: Argument, call: Call, facts: Facts): boolean =>
  PINNED.test(fixedText(uri, call, facts) ?? '') || writtenAs(uri, facts).some((text) => PINNED_BY_NAME.test(text))
