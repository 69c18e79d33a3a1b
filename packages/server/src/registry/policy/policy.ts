import { createHash } from 'node:crypto'
import type { Ending } from '../scans/index.ts'

/** What can be protected: an alias, or a stage, of a registered model. */
export type Target = { readonly kind: 'alias' | 'stage'; readonly name: string }

/** Bounds of one metric: of its value, and of how much worse than the version in place it may be. */
export type MetricBounds = {
  readonly min?: number
  readonly max?: number
  readonly max_drop?: number
  readonly max_rise?: number
}

/** People who must say yes: how many, of which group, and for how long their yes holds. */
export type Approvals = { readonly count: number; readonly group?: string; readonly within_ms: number }

/** Who may have signed: a name, or somebody who signs keylessly (Sigstore) and the OpenID Connect issuer that vouches for them. */
export type WantedSigner = string | { readonly identity: string; readonly issuer: string }

/** As a sentence names them. */
export const signerInWords = (one: WantedSigner): string =>
  typeof one === 'string' ? one : `${one.identity} (keyless, ${one.issuer} vouching for them)`

/** What a version must have before it may be put in a protected place. */
export type Requirements = {
  /** The endings of a scan that will do. */
  readonly scan: readonly Ending[]
  /** Whose signature, one of these; `any` takes every signer that the server trusts. */
  readonly signature?: 'any' | readonly WantedSigner[]
  readonly metrics?: Readonly<Record<string, MetricBounds>>
  readonly canary?: true
  readonly approvals?: Approvals
}

/** Whether two people together may go past a rule, and of which group they must be. */
export type Emergency = { readonly allowed: boolean; readonly group?: string }

/** One rule: for these models, these aliases and stages ask for this. The first that fits counts. */
export type Rule = {
  /** Only in workspaces of these names; without it in all. */
  readonly workspaces?: readonly string[]
  readonly models: readonly string[]
  readonly except: readonly string[]
  readonly aliases: readonly string[]
  readonly stages: readonly string[]
  readonly require: Requirements
  readonly emergency: Emergency
}

/** Which endings of a scan keep a version of these models from being downloaded. */
export type DownloadRule = {
  readonly workspaces?: readonly string[]
  readonly models: readonly string[]
  readonly refuse: readonly Ending[]
}

/** A policy, as plain data. */
export type Policy = { readonly rules: readonly Rule[]; readonly downloads: readonly DownloadRule[] }

const DAY_MS = 86_400_000
/** How long a request is open and an approval holds, unless a rule says otherwise. */
export const WITHIN_MS = 7 * DAY_MS
export const NOT_MALICIOUS: readonly Ending[] = ['clean', 'suspicious', 'not_looked_at']

const everywhere = { models: ['*'], except: [], aliases: ['champion', 'production'], stages: ['Production'] }
const DEFAULT_DOWNLOADS: readonly DownloadRule[] = [{ models: ['*'], refuse: ['malicious'] }]

/** The policy of a server that was given none, where people sign in: what production points at has a second person's yes. */
export const DEFAULT_WITH_LOGIN: Policy = {
  rules: [
    {
      ...everywhere,
      require: { scan: NOT_MALICIOUS, approvals: { count: 1, within_ms: WITHIN_MS } },
      emergency: { allowed: true },
    },
  ],
  downloads: DEFAULT_DOWNLOADS,
}

/** The policy of a server that was given none, where nobody signs in: there is no second person who could say yes. */
export const DEFAULT_WITHOUT_LOGIN: Policy = {
  rules: [{ ...everywhere, require: { scan: NOT_MALICIOUS }, emergency: { allowed: false } }],
  downloads: DEFAULT_DOWNLOADS,
}

/** Whether a name fits a pattern, in which `*` stands for any text. */
export function fits(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  if (others.length === 0) return pattern === name
  const last = others.pop() as string
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    const found = name.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return name.length - last.length >= at && name.endsWith(last)
}

const isOf = (patterns: readonly string[], name: string): boolean => patterns.some((pattern) => fits(pattern, name))

/** Whether a policy has rules for some workspaces only. */
export const tellsWorkspaces = ({ rules, downloads }: Policy): boolean => [...rules, ...downloads].some(({ workspaces }) => workspaces)

/** The rules that hold in a workspace. */
export function policyIn({ rules, downloads }: Policy, workspace: string): Policy {
  const holds = ({ workspaces }: { readonly workspaces?: readonly string[] }): boolean => !workspaces || isOf(workspaces, workspace)
  return { rules: rules.filter(holds), downloads: downloads.filter(holds) }
}

/** The rule that protects a model's alias or stage; undefined where nothing does. An alias is one, however its letters are written. */
export function ruleFor({ rules }: Policy, model: string, { kind, name }: Target): Rule | undefined {
  const wanted = name.toLowerCase()
  return rules.find(
    (rule) =>
      isOf(rule.models, model) &&
      !isOf(rule.except, model) &&
      (kind === 'stage' ? rule.stages.includes(name) : rule.aliases.some((alias) => fits(alias.toLowerCase(), wanted))),
  )
}

/** The endings of a scan with which versions of a model are not handed out. */
export const refusedDownloads = ({ downloads }: Policy, model: string): readonly Ending[] =>
  downloads.find(({ models }) => isOf(models, model))?.refuse ?? ['malicious']

/** Names a rule by all that it asks for: what was approved under it is not approved under another. */
export const digestOfRule = (rule: Rule): string => createHash('sha256').update(canonical(rule)).digest('hex')

/** The same text for the same data, in whatever order its fields were written. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`
}
