// `npm run tidy`: every breach of a law, one line each, with what to do.
import { describeViolation, readCheckout } from './checkout.ts'
import { LAWS } from './laws.ts'

const checkout = readCheckout()
const violations = LAWS.flatMap((law) => law.check(checkout))
for (const violation of violations) console.log(describeViolation(violation))
console.log(violations.length === 0 ? `tidy: ${checkout.texts.size} files keep ${LAWS.length} laws` : `${violations.length} to mend`)
process.exitCode = violations.length === 0 ? 0 : 1
