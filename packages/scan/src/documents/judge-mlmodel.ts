import { escapes, type Yaml } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import { isAllowedType } from '../pickle/names.ts'
import { judgeYaml } from './judge-yaml.ts'

type Fields = ReadonlyMap<string, Yaml>
const fields = (value: Yaml | undefined): Fields => (value instanceof Map ? (value as Fields) : new Map())
const text = (value: Yaml | undefined): string => (typeof value === 'string' ? value : '')

/** Keys of a flavor that name a file of the model. */
const PATHS = new Set(['code', 'data', 'model_data', 'pickled_model', 'python_model', 'model_path', 'saved_model_dir', 'model_code_path'])

/** Keys of the logged input example that name a file of the model. */
const EXAMPLES = ['artifact_path', 'serving_input_path']

/** Judges a model's description: which code loads it, and what it refers to. */
export function judgeMlmodel(inspection: Inspection, member: string, content: string): void {
  const model = fields(judgeYaml(inspection, member, content))
  const flavors = fields(model.get('flavors'))
  for (const [name, flavor] of flavors) judgeFlavor(inspection, member, name, fields(flavor))
  judgePlace(inspection, member, text(model.get('artifact_path')))
  const example = fields(model.get('saved_input_example_info'))
  for (const key of EXAMPLES) judgePath(inspection, member, `saved_input_example_info.${key}`, text(example.get(key)))
}

/** Where MLflow logged it: without a server for artifacts, a whole path or address, which no loader follows. */
function judgePlace(inspection: Inspection, member: string, place: string): void {
  if (!/^(?:[/\\]|[a-z]:[/\\]|[a-z][\w+.-]*:\/)/i.test(place) || /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(place)) {
    judgePath(inspection, member, 'artifact_path', place)
  }
}

function judgeFlavor(inspection: Inspection, member: string, name: string, flavor: Fields): void {
  const loader = text(flavor.get('loader_module'))
  if (loader !== '' && !/^mlflow\.[a-z_.]+$/.test(loader)) {
    inspection.found('mlmodel/code', { member, evidence: `flavors.${name}.loader_module: ${loader}` })
  }
  for (const key of ['code', 'model_code_path', 'python_model']) {
    const value = text(flavor.get(key))
    if (value === '' || value === 'null') continue
    inspection.found('mlmodel/code', { member, evidence: `flavors.${name}.${key}: ${value}` })
  }
  for (const [key, value] of flavor) if (PATHS.has(key)) judgePath(inspection, member, `flavors.${name}.${key}`, text(value))
  for (const [key, artifact] of fields(flavor.get('artifacts'))) {
    judgePath(inspection, member, `flavors.${name}.artifacts.${key}.path`, text(fields(artifact).get('path')))
  }
  for (const environment of fields(flavor.get('env')).values()) judgePath(inspection, member, `flavors.${name}.env`, text(environment))
  judgeTrustedTypes(inspection, member, name, flavor.get('skops_trusted_types'))
}

/** The list is the model's own: what is on it and not on ours would be made because the model says so. */
function judgeTrustedTypes(inspection: Inspection, member: string, name: string, types: Yaml | undefined): void {
  if (!Array.isArray(types)) return
  for (const type of types as readonly Yaml[]) {
    if (!isAllowedType(text(type))) {
      inspection.found('mlmodel/trusted-types', { member, evidence: `flavors.${name}.skops_trusted_types: ${text(type)}` })
    }
  }
}

function judgePath(inspection: Inspection, member: string, key: string, path: string): void {
  if (path === '') return
  const why = escapes(path) ?? (/^[a-z][\w+.-]*:\/\//i.test(path) ? 'it is an address' : undefined)
  if (why) inspection.found('mlmodel/path', { member, evidence: `${key}: ${path}: ${why}` })
}
