import { flushCompileCache } from 'node:module'

/**
 * Ends the right to write in the cache of compiled code, after what this start compiled is in it: what was found in hostile bytes must not
 * be able to change code that other processes will run. @throws Error when the right can't be given up: then nothing may be looked at
 */
export function giveUpWriting(): void {
  flushCompileCache()
  // Before 26.5 Node can't, and the child is started without the right.
  process.permission?.drop?.('fs.write')
  const { NODE_COMPILE_CACHE } = process.env
  if (NODE_COMPILE_CACHE !== undefined && (process.permission?.has('fs.write', NODE_COMPILE_CACHE) ?? true)) {
    throw new Error('the scanner can not give up its right to write, and does not begin')
  }
}
