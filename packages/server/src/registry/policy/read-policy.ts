import type { Policy } from './policy.ts'

/** Reads a policy's text. YAML is loaded with the first one, and not with every start of the server. @throws Error naming line and field */
export async function readPolicy(text: string): Promise<Policy> {
  const { parsePolicy } = await import('./parse-policy.ts')
  return parsePolicy(text)
}

/** Whether a policy asks anywhere for people's approvals, which takes a login. */
export const asksForPeople = ({ rules }: Policy): boolean => rules.some(({ require }) => require.approvals !== undefined)
