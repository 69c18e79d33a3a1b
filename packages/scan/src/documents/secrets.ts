import type { Inspection } from '../inspection.ts'

type Secret = {
  readonly what: string /** A text that is there whenever the pattern matches: it is quick to look for. */
  readonly sign: string
  readonly pattern: RegExp
}

const SECRETS: readonly Secret[] = [
  { what: 'an AWS access key', sign: 'AKIA', pattern: /\bAKIA[0-9A-Z]{16}\b/ },
  { what: 'a private key', sign: 'PRIVATE KEY-----', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?!(?:\\n|[\s\\])*\.{3})/ },
  { what: 'a GitHub token', sign: 'gh', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b/ },
  { what: 'a Hugging Face token', sign: 'hf_', pattern: /\bhf_[A-Za-z0-9]{30,}\b/ },
  { what: 'an OpenAI or Anthropic key', sign: 'sk-', pattern: /\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}\b/ },
  { what: 'a Slack token', sign: 'xox', pattern: /\bxox[abprs]-[A-Za-z0-9-]{20,}\b/ },
  { what: 'a Google API key', sign: 'AIza', pattern: /\bAIza[0-9A-Za-z_-]{35}\b/ },
  { what: 'a Databricks token', sign: 'dapi', pattern: /\bdapi[0-9a-f]{32}\b/ },
  { what: 'an Azure storage key', sign: 'AccountKey=', pattern: /AccountKey=[A-Za-z0-9+/]{80,}={0,2}/ },
  { what: 'a password in an address', sign: '://', pattern: /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@'"]{1,64}:[^\s:/@'"]{3,64}@[\w.-]+/i },
]
const SHOWN = 8

/** Finds secrets in a text, and shows only how they begin. */
export function findSecrets(inspection: Inspection, member: string, text: string): void {
  for (const { what, sign, pattern } of SECRETS) {
    if (!text.includes(sign)) continue
    const found = pattern.exec(text)
    if (found) inspection.found('secret/found', { member, offset: found.index, evidence: `${what}: ${found[0].slice(0, SHOWN)}…` })
  }
}
