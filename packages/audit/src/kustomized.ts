import { posix } from 'node:path'
import type { Finding } from './finding.ts'
import type { Unit } from './unit.ts'

const KUSTOMIZATION = /(?:^|\/)[Kk]ustomization(?:\.ya?ml)?$/

/** Findings without those on images that the folder's kustomization puts another in the place of: what that one names, counts. */
export function withoutReplacedImages(units: readonly Unit[], findings: readonly Finding[]): Finding[] {
  const replaced = new Set<string>()
  for (const { file, pairs } of units.filter((unit) => unit.language === 'yaml' && KUSTOMIZATION.test(unit.file))) {
    for (const { path, value } of pairs) if (path === 'images.name') replaced.add(`${posix.dirname(file)} ${value}`)
  }
  if (replaced.size === 0) return [...findings]
  return findings.filter(({ rule, file, evidence }) => {
    const image = /\bimage:\s*["']?([^\s"'@]+?)(?::[^/\s"']*)?["']?(?:\s|$)/.exec(evidence)?.[1]
    return !rule.startsWith('download/image-') || image === undefined || !replaced.has(`${posix.dirname(file)} ${image}`)
  })
}
