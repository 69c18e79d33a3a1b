import { type FileResult, scanPath } from '@millrace/scan'
import { Refused } from '../refused.ts'

/** What a scan did not find clean. */
export class Unclean extends Refused {
  readonly ending: string

  constructor(ending: string, sentence: string) {
    super('scan', sentence)
    this.ending = ending
  }
}

/** Refuses what a registry's scan did not find clean. @throws Refused('scan') */
export function checkVerdict(ending: string): void {
  if (ending === 'clean') return
  const cure = ending === 'malicious' ? 'It is not served.' : 'See what was found with millrace scan, and serve it when that is settled.'
  throw new Unclean(ending, `The registry's scan of these files ended as ${ending.replaceAll('_', ' ')}. ${cure}`)
}

/** Scans a folder where no registry vouches for the files. @throws Refused('scan') */
export async function scanHere(folder: string): Promise<void> {
  const { ending, files } = await scanPath(folder)
  if (ending === 'clean') return
  throw new Unclean(ending, `The scan of these files ended as ${ending}: ${told(files)}. What is not clean is not served.`)
}

const ORDER = ['malicious', 'suspicious', 'not looked at', 'clean']

function told(files: readonly FileResult[]): string {
  const [worst] = files.toSorted((a, b) => ORDER.indexOf(a.ending) - ORDER.indexOf(b.ending))
  const finding = worst?.findings.find(({ severity }) => severity !== 'info') ?? worst?.findings[0]
  return finding
    ? `${finding.file}${finding.member ? `!${finding.member}` : ''}: ${finding.title} (${finding.evidence})`
    : (worst?.file ?? 'no file')
}
