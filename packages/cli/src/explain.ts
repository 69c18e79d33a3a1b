import { ConfigProblem, explainDatabaseError, withoutPasswords } from '@millrace/server/config'
import { EXIT } from './command.ts'

type SystemError = Error & { code?: string; syscall?: string; address?: string; port?: number; path?: string }

/** What went wrong, for the person at the terminal: a sentence without a stack trace, and the exit code. */
export function explain(error: unknown): { sentence: string; code: number } {
  if (error instanceof ConfigProblem) return { sentence: error.message, code: EXIT.usage }
  const sentence = explainDatabaseError(error) ?? explainSystem(error as SystemError) ?? String((error as Error)?.message ?? error)
  return { sentence: withoutPasswords(sentence), code: EXIT.failed }
}

function explainSystem(error: SystemError): string | undefined {
  if (error?.syscall === 'listen' || error?.syscall === 'bind') return explainListen(error)
  switch (error?.code) {
    case 'EACCES':
    case 'EPERM':
      return `No permission for ${error.path ?? 'a file'}: let this user write there, or name another place with --data-dir.`
    case 'EROFS':
      return `${error.path ?? 'The folder'} is on a file system that can't be written: name another place with --data-dir.`
    case 'ENOSPC':
      return `The disk is full (${error.path ?? 'while writing'}).`
    case 'ENOTDIR':
    case 'EEXIST':
      return `${error.path ?? 'A path'} should be a folder and is a file: move it away, or name another place.`
    default:
      return undefined
  }
}

function explainListen(error: SystemError): string {
  const where = `port ${error.port} of ${error.address}`
  switch (error.code) {
    case 'EADDRINUSE':
      return `Something else listens on ${where} already. Stop it, or choose another one: --port ${(error.port ?? 5000) + 1}.`
    case 'EACCES':
      return `No permission to listen on ${where}: ports below 1024 are the administrator's. Choose another one: --port 5000.`
    case 'EADDRNOTAVAIL':
      return `This machine does not have the address ${error.address}: give one of its own to --host, or 127.0.0.1.`
    default:
      return `Listening on ${where} failed: ${error.code}.`
  }
}
