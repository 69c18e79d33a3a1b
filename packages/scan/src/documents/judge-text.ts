import { isText, readLightgbm, Unreadable } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import type { Subject } from '../subject.ts'
import { judgeConda, judgePythonEnvironment, judgeRequirements } from './environments.ts'
import { judgeJson } from './judge-json.ts'
import { judgeMlmodel } from './judge-mlmodel.ts'
import { judgeYaml } from './judge-yaml.ts'
import { findSecrets } from './secrets.ts'
import { judgeTemplate } from './templates.ts'

/** More of a text than this is not read; what is longer is data, and no configuration. */
const TEXT_MAX_BYTES = 64 * 1024 * 1024

/** Looks at a text by what it is called: there, names do say who will read it, and how. */
export function judgeText(inspection: Inspection, subject: Subject): void {
  const { source, member, name } = subject
  const text = source.read(0, Math.min(source.size, TEXT_MAX_BYTES)).toString('utf8')
  if (source.size > TEXT_MAX_BYTES) inspection.found('archive/limit', { member, evidence: `a text of ${source.size} bytes` })
  if (!isText(source.read(Math.max(0, source.size - 4096), 4096)) && !endsInCharacter(text)) {
    inspection.found('file/unknown', { member, evidence: 'it begins as a text, and does not end as one' })
  }
  findSecrets(inspection, member, text)
  const lower = name.toLowerCase()
  if (name === 'MLmodel') judgeMlmodel(inspection, member, text)
  else if (/^requirements.*\.txt$/.test(lower) || lower === 'constraints.txt') judgeRequirements(inspection, member, text)
  else if (/^conda\.ya?ml$/.test(lower)) judgeConda(inspection, member, text)
  else if (/^python_env\.ya?ml$/.test(lower)) judgePythonEnvironment(inspection, member, text)
  else if (/\.ya?ml$/.test(lower)) judgeYaml(inspection, member, text)
  else if (/\.(?:jinja2?|j2)$/.test(lower)) judgeTemplate(inspection, member, text)
  else if (/^\s*[{[]/.test(text)) judgeJson(inspection, subject, text)
  else if (text.startsWith('tree\nversion=')) judgeLightgbm(inspection, member, text)
  else if (/\.(?:py|sh|bash|ps1|bat|cmd|js|rb|pl)$/.test(lower) || text.startsWith('#!')) {
    inspection.found('script/found', { member, evidence: name })
  }
}

const endsInCharacter = (text: string): boolean => !text.slice(-4096).includes('\ufffd')

const OUTSIDE = /^(?:machines|machine_list_filename|forcedsplits_filename|forcedbins_filename|data|valid|input_model|convert_model)$/

function judgeLightgbm(inspection: Inspection, member: string, text: string): void {
  try {
    const { parameters } = readLightgbm(text)
    for (const [key, value] of parameters) {
      if (value !== '' && (OUTSIDE.test(key) || /^(?:https?|ftp|s3|file):\/\//i.test(value))) {
        if (!/^gbdt_prediction\.cpp$|^LightGBM_/.test(value))
          inspection.found('booster/parameter', { member, evidence: `${key}: ${value}` })
      }
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    inspection.found('booster/broken', { member, evidence: error.message })
  }
}
