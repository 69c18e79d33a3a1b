import { readFileSync } from 'node:fs'

/** The version of this package, from the file that is published with it: Millrace's own, and not that of the API that it speaks. */
export const OWN_VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
