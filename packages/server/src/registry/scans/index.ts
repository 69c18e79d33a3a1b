/** The verdicts of scans on registered files: who scans records them here, and gates and pages ask for them. */
export { recordVerdict } from './record-verdict.ts'
export { Rescan } from './rescan.ts'
export { scanStep } from './scan-version.ts'
export { ENDINGS, type Ending, Finding, Verdict } from './verdict.ts'
export { endingOf, outdatedVerdicts, verdictOf, verdictOfDigest } from './verdict-store.ts'
