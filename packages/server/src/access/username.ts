import { invalid } from '../http/errors.ts'
import { string } from '../http/schema.ts'

/** The name of an account that there may be. */
export const Username = string({ min: 1, max: 256 })
/** The name of an account to be made: HTTP Basic can't carry a colon. */
export const NewUsername = string({ min: 1, max: 256, pattern: /^[^:\p{Cc}]+$/u })

/** The rule of {@link NewUsername}, where no request is decoded. @throws ApiError */
export function requireUsername(name: string): void {
  try {
    NewUsername.decode(name)
  } catch {
    throw invalid('A user name has 1 to 256 characters, none of them a colon or a control character.')
  }
}
