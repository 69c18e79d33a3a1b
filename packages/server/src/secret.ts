import { inspect } from 'node:util'

/** A password or token. Whatever prints it (a template, JSON, a log line, an error's details) gets `[secret]`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself: called where it is handed to a driver or compared, and nowhere else. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}

/** The text without the passwords of URIs in it (`scheme://user:password@host`): for messages that repeat what somebody typed. */
export const withoutPasswords = (text: string): string => text.replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/?#]*):[^\s]*@/gi, '$1:[secret]@')
