import type { Route } from '@millrace/client'
import { refresh, sentenceOf } from '../api.ts'
import { say } from './Toasts.tsx'

type Words = {
  /** What is said when it is done. */
  readonly done: string
  /** What takes it back, where something does. */
  readonly undo?: () => Promise<unknown>
  /** Whose answers may be others then. */
  readonly changes: readonly Route[]
}

/** Does what somebody asked for, says so with a way back, or says why it could not be done. Tells whether it was. */
export async function act(work: () => Promise<unknown>, { done, undo, changes }: Words): Promise<boolean> {
  try {
    await work()
    say(done, { ...(undo && { undo: () => void act(undo, { done: 'It is as it was.', changes }) }) })
    return true
  } catch (error) {
    say(sentenceOf(error), { isProblem: true })
    return false
  } finally {
    await refresh(...changes)
  }
}

/** Empties a field whose text was sent, unless somebody has typed another one since. */
export const emptied =
  (sent: string) =>
  (now: string): string =>
    now === sent ? '' : now
