import { isObject, type Json, type JsonObject } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'

// Modules of Keras whose classes are made from a configuration.
const KERAS_MODULE = /^(?:keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras)(?:\.(?:src\.)?[a-z_0-9.]+)?$/
// Functions in them that fetch, load or run something.
const DANGEROUS =
  /^(?:get_file|load_model|load_weights|model_from_json|enable_unsafe_\w+|deserialize_\w+|clone_model|(?:set|download|extract|unpack)_\w+)$/
const CLASSES = new Map<string, 'keras/lambda' | 'keras/config'>([
  ['Lambda', 'keras/lambda'],
  ['TorchModuleWrapper', 'keras/config'],
  ['TFSMLayer', 'keras/config'],
  ['JaxLayer', 'keras/config'],
  ['FlaxLayer', 'keras/config'],
])

const KERAS_KEYS = ['keras_version', 'registered_name', 'build_config', 'compile_config']

/** Whether a value of JSON is the configuration of a model of Keras. */
export const seemsKeras = (value: Json): boolean =>
  isObject(value) &&
  typeof value.class_name === 'string' &&
  (isObject(value.config) || Array.isArray(value.config)) &&
  (KERAS_KEYS.some((key) => key in value) ||
    'module' in value ||
    'backend' in value ||
    /^(?:Sequential|Functional|Model)$/.test(value.class_name))

/** Judges every class and function that a configuration names. */
export function judgeKerasConfig(inspection: Inspection, member: string, whole: Json): void {
  const open: Json[] = [whole]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) open.push(...value)
    else if (isObject(value)) {
      judgeNode(inspection, member, value)
      open.push(...Object.values(value).filter((one) => typeof one === 'object' && one !== null))
    }
  }
}

function judgeNode(inspection: Inspection, member: string, node: JsonObject): void {
  const { class_name, module, registered_name, config } = node
  if (typeof class_name === 'string') {
    const rule = CLASSES.get(class_name) ?? CLASSES.get(class_name.slice(class_name.lastIndexOf('>') + 1))
    if (rule) inspection.found(rule, { member, evidence: `class_name: ${class_name}` })
    if (class_name === 'function' && isObject(config) === false && typeof config === 'string' && DANGEROUS.test(config)) {
      inspection.found('keras/config', { member, evidence: `the function ${config}`, severity: 'critical' })
    }
    if (class_name === '__lambda__') inspection.found('keras/lambda', { member, evidence: '__lambda__' })
  }
  if (typeof module === 'string' && typeof class_name === 'string') judgeModule(inspection, member, module, class_name)
  if (typeof registered_name === 'string' && /^[^>]+>/.test(registered_name) && !registered_name.startsWith('keras')) {
    inspection.found('keras/custom', { member, evidence: registered_name })
  }
  if (isObject(config)) {
    const { vocabulary } = config
    if (typeof vocabulary === 'string' && vocabulary !== '')
      inspection.found('keras/config', { member, evidence: `vocabulary: ${vocabulary}` })
  }
}

function judgeModule(inspection: Inspection, member: string, module: string, class_name: string): void {
  const what = `${module} ${class_name}`
  if (module === 'builtins' && class_name !== 'function') inspection.found('keras/module', { member, evidence: what })
  else if (module !== 'builtins' && module !== '' && !KERAS_MODULE.test(module))
    inspection.found('keras/module', { member, evidence: what })
  else if (DANGEROUS.test(class_name)) inspection.found('keras/config', { member, evidence: what, severity: 'critical' })
}
