import { ConfigProblem, type Given, type Option } from '@millrace/server/config'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Which place' })

/** The alias or the stage that a command is about. */
export const placeOptions: readonly Option[] = [
  own({ flag: 'alias', value: '<alias>', about: 'An alias, such as champion' }),
  own({ flag: 'stage', value: '<stage>', choices: ['Staging', 'Production'], about: 'Or a stage' }),
]

/** @throws ConfigProblem unless one of the two is given */
export function placeOf({ alias, stage }: Given): { alias: string } | { stage: 'Staging' | 'Production' } {
  if (typeof alias === 'string' && stage === undefined) return { alias }
  if (alias === undefined && (stage === 'Staging' || stage === 'Production')) return { stage }
  throw new ConfigProblem('Which place? Give --alias champion, or --stage Production.')
}

/** The name in `models:/name`. @throws ConfigProblem */
export function requiredModel(text: string | undefined, command: string): string {
  const name = /^models:\/([^/]+)$/.exec(text ?? '')?.[1]
  if (name !== undefined) return decodeURIComponent(name)
  throw new ConfigProblem(`millrace ${command} takes a registered model, like models:/churn${text === undefined ? '' : `, not "${text}"`}.`)
}
