import type { Rule } from './rule.ts'

const AGAIN = 'Save the model again without it.'

/** Rules on formats of weights and graphs. */
export const GRAPH_RULES = {
  'numpy/broken': { severity: 'medium', title: 'The array has no valid header', cure: 'Save it again with numpy.save.' },
  'numpy/objects': {
    severity: 'medium',
    title: 'The array holds Python objects, as a pickle',
    cure: 'Save numbers and strings, not objects; what was found in the pickle is listed.',
  },
  'torch/code': {
    severity: 'high',
    title: 'TorchScript: the archive holds code that runs when the model is called',
    cure: 'Export to ONNX, or save a state_dict as safetensors.',
  },
  'torch/weights-pickled': {
    severity: 'high',
    title: 'An exported program says that its weights or constants are pickled, which torch.export.load reads as a full pickle',
    cure: 'Export it again with tensors only.',
  },
  'keras/lambda': {
    severity: 'critical',
    title: 'A Lambda layer carries Python bytecode',
    cure: 'Put a layer of your own package in its place.',
    cve: ['CVE-2025-9905', 'CVE-2025-9906', 'CVE-2024-3660'],
  },
  'keras/module': {
    severity: 'critical',
    title: 'The configuration names a class or function outside of Keras',
    cure: AGAIN,
    cve: ['CVE-2025-1550', 'CVE-2025-49655', 'CVE-2026-1462'],
  },
  'keras/config': {
    severity: 'high',
    title: 'The configuration asks for something that reads files, fetches addresses or turns safe mode off',
    cure: AGAIN,
    cve: ['CVE-2025-9906', 'CVE-2025-12058', 'CVE-2025-8747', 'CVE-2025-12060'],
  },
  'keras/custom': { severity: 'medium', title: 'A class of the user’s own is registered under a name', cure: 'Review the class.' },
  'hdf5/external': {
    severity: 'critical',
    title: 'Parts of the file lie in other files',
    cure: 'Save it again as one file.',
    cve: ['CVE-2026-1669'],
  },
  'hdf5/broken': { severity: 'medium', title: 'The HDF5 file could not be read', cure: 'Save it again.', unread: true },
  'tensorflow/operation': {
    severity: 'critical',
    title: 'The graph has an operation that runs Python or loads libraries',
    cure: AGAIN,
  },
  'tensorflow/files': { severity: 'high', title: 'The graph has an operation that reads or writes files', cure: AGAIN },
  'tensorflow/unknown': { severity: 'medium', title: 'The graph has an operation that TensorFlow itself does not bring', cure: AGAIN },
  'onnx/external': {
    severity: 'critical',
    title: 'A tensor’s data would be read from outside of the model’s folder',
    cure: 'Save the model again, with its data in it or beside it.',
    cve: ['CVE-2022-25882', 'CVE-2024-27318', 'CVE-2025-51480'],
  },
  'onnx/operator': { severity: 'high', title: 'The graph has an operator of a domain that is not ONNX’s own', cure: AGAIN },
  'graph/broken': {
    severity: 'medium',
    title: 'The graph could not be read to its end',
    cure: 'Save the model again.',
    unread: true,
  },
  'safetensors/broken': {
    severity: 'high',
    title: 'The file does not keep to the format, and readers may disagree on it',
    cure: 'Save it again with the safetensors library.',
  },
  'gguf/broken': { severity: 'high', title: 'The file does not keep to the format', cure: 'Convert the model again.' },
  'skops/loader': {
    severity: 'critical',
    title: 'The schema asks for a method or a function to be loaded',
    cure: 'Save the model again without functions of your own.',
    cve: ['CVE-2025-54412', 'CVE-2025-54413', 'CVE-2025-54886'],
  },
  'skops/type': { severity: 'high', title: 'The schema names a type that is not on the list of what models need', cure: AGAIN },
  'skops/broken': { severity: 'medium', title: 'The schema cannot be read', cure: 'Save the model again.', unread: true },
  'booster/broken': { severity: 'medium', title: 'The model file cannot be read', cure: 'Save the model again.', unread: true },
  'booster/parameter': { severity: 'medium', title: 'A parameter names a file, a machine or an address', cure: AGAIN },
} as const satisfies Record<string, Rule>
