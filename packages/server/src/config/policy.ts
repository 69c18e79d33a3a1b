import type { Config } from '../config.ts'
import { textOfFile } from '../named-file.ts'
import type { Option } from './option.ts'
import type { Picker } from './pick.ts'

/** The flag by which a server is given a policy. */
export const policyOptions: readonly Option[] = [
  {
    flag: 'policy',
    variables: ['MILLRACE_POLICY'],
    value: '<file>',
    fallback: 'champion, production and stage Production need one approval with --auth, and a scan that is not malicious without',
    about: 'What aliases and stages ask for before a model version may have them, in YAML: millrace policy check reads it',
    group: 'Security',
  },
]

/** The text of the policy's file; it is understood when the server starts. @throws ConfigProblem when it can't be read */
export function policyFile(pick: Picker): Pick<Config, 'policy'> {
  const picked = pick.text('policy')
  return picked ? { policy: { file: picked.value, text: textOfFile(picked.value, picked.from) } } : {}
}
