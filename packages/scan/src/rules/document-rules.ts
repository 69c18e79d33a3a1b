import type { Rule } from './rule.ts'

/** Rules on texts: MLmodel, environments, templates, secrets. */
export const DOCUMENT_RULES = {
  'yaml/tag': {
    severity: 'critical',
    title: 'A YAML tag that makes an object of Python',
    cure: 'Write the value as plain YAML.',
  },
  'yaml/broken': { severity: 'medium', title: 'The YAML cannot be read', cure: 'Write it again.', unread: true },
  'json/target': {
    severity: 'high',
    title: 'The configuration names something to be called (`_target_`)',
    cure: 'Review what it names; loaders of NeMo and Hydra call it.',
    cve: ['CVE-2025-23304'],
  },
  'mlmodel/code': {
    severity: 'medium',
    title: 'The model is loaded by code that comes with it',
    cure: 'Review the code and approve the version.',
  },
  'mlmodel/trusted-types': {
    severity: 'high',
    title: 'The model itself says which types skops shall trust',
    cure: 'Decide on trusted types where the model is used, and leave the field empty.',
    cve: ['CVE-2025-54412'],
  },
  'mlmodel/path': { severity: 'high', title: 'A path or address leads out of the model’s folder', cure: 'Log the model again.' },
  'environment/shell': {
    severity: 'critical',
    title: 'A requirement has characters that a shell would act on',
    cure: 'Write requirements as names and versions.',
    cve: ['CVE-2025-15379'],
  },
  'environment/index': {
    severity: 'high',
    title: 'Packages would come from another index',
    cure: 'Configure the index where the environment is built, not in the model.',
  },
  'environment/source': {
    severity: 'medium',
    title: 'A package would come from an address, a repository or a file',
    cure: 'Publish it to your index, and name it with a version.',
  },
  'environment/name': {
    severity: 'high',
    title: 'The name of a package is one letter off that of a well-known one',
    cure: 'Check the spelling.',
  },
  'environment/unpinned': { severity: 'info', title: 'A package has no fixed version', cure: 'Fix it with `==`.' },
  'template/escape': {
    severity: 'critical',
    title: 'A template reaches for the inside of Python',
    cure: 'Put the template of the model’s publisher in its place.',
    cve: ['CVE-2024-34359'],
  },
  'secret/found': {
    severity: 'medium',
    title: 'A secret stands in the file',
    cure: 'Revoke it, and log the model again without it.',
  },
  'script/found': { severity: 'info', title: 'A program’s source, which runs only if something loads it', cure: 'Nothing.' },
} as const satisfies Record<string, Rule>
