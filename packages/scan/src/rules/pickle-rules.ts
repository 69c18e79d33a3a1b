import type { Rule } from './rule.ts'

const NO_LOAD =
  'Do not load the file. Ask whoever made it for a format without code: safetensors, skops, ONNX, or a booster of its own kind.'
const EXPORT = 'Save the model again in a format without code (skops, safetensors, ONNX), or have the named thing reviewed and approved.'

/** Rules on pickles. */
export const PICKLE_RULES = {
  'pickle/dangerous-import': {
    severity: 'critical',
    title: 'Loading would import something that can run commands, open files or reach the network',
    cure: NO_LOAD,
    cve: ['CVE-2025-1716', 'CVE-2024-37052'],
  },
  'pickle/unknown-import': {
    severity: 'high',
    title: 'Loading would import something that is not on the list of what models need',
    cure: EXPORT,
  },
  'pickle/code': {
    severity: 'high',
    title: 'The pickle carries Python functions or classes as code',
    cure: 'Log the model from a file of code (models from code), or save it in a format without code.',
  },
  'pickle/dotted-name': {
    severity: 'critical',
    title: 'A name leads through the attributes of a module, which hides what is imported',
    cure: NO_LOAD,
  },
  'pickle/hidden-import': {
    severity: 'critical',
    title: 'What would be imported is put together while loading, so that it cannot be told beforehand',
    cure: NO_LOAD,
  },
  'pickle/extension': {
    severity: 'critical',
    title: 'It uses the registry of extensions of the process that loads it',
    cure: NO_LOAD,
  },
  'pickle/disagreement': {
    severity: 'critical',
    title: 'Readers of pickles disagree about this stream: one may run what another does not see',
    cure: NO_LOAD,
  },
  'pickle/odd-write': {
    severity: 'high',
    title: 'Items or a state are set on something that takes none',
    cure: EXPORT,
    cve: ['CVE-2026-24747'],
  },
  'pickle/odd-call': {
    severity: 'critical',
    title: 'It calls something that is no named class or function',
    cure: NO_LOAD,
  },
  'pickle/odd-stream': {
    severity: 'medium',
    title: 'The stream is not one that a pickler writes',
    cure: EXPORT,
  },
  'pickle/trailing': {
    severity: 'medium',
    title: 'Bytes follow the pickle',
    cure: 'Find out what they are; save the model again.',
  },
  'pickle/broken': {
    severity: 'medium',
    title: 'The pickle cannot be read to its end; what stands before the damage would run all the same',
    cure: 'Save the model again. What was found before the damage is listed.',
  },
  'pickle/nested': {
    severity: 'medium',
    title: 'A pickle is carried as bytes inside a pickle',
    cure: 'Save the inner object by itself; what was found in it is listed.',
  },
  'pickle/limit': {
    severity: 'medium',
    title: 'The pickle asks for more than any model needs',
    cure: 'Save the model again in a format without code; or raise the limits, if you know where it comes from.',
    unread: true,
  },
  'pickle/storage': {
    severity: 'high',
    title: 'A tensor lies outside its storage',
    cure: EXPORT,
    cve: ['CVE-2026-24747'],
  },
} as const satisfies Record<string, Rule>
