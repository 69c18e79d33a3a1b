import type { Machine } from './machine.ts'
import { SHORT_TEXT_BYTES, shortText } from './short-texts.ts'
import { A_FLOAT, Global } from './values.ts'

/**
 * Runs operations as long as they are of the commonest, which put a value on the stack or into the memo, and lie whole in the window and in
 * their frame: most are. Each does what the operation of its name does; the others, and everything that may go wrong, are left to those.
 */
export function runQuickly(m: Machine): void {
  const { bytes, stack, memo, base } = m
  const end = m.frame_end === -1 ? m.end : Math.min(m.end, m.frame_end - base)
  // So many operations can't make too many of anything, and none of them needs to ask.
  const planned = Math.min(m.limits.operations_max - m.operations, m.limits.stack_max - stack.length, memoLeft(m))
  let left = planned
  let at = m.at
  let from = -1
  for (; left > 0 && at < end; left--) {
    from = at
    switch (bytes[at]) {
      case 71: // BINFLOAT
        if (at + 9 > end) break
        stack.push(m.keeps_data ? bytes.readDoubleBE(at + 1) : A_FLOAT)
        at += 9
        break
      case 75: // BININT1
        if (at + 2 > end) break
        stack.push(bytes[at + 1])
        at += 2
        break
      case 77: // BININT2
        if (at + 3 > end) break
        stack.push((bytes[at + 1] as number) | ((bytes[at + 2] as number) << 8))
        at += 3
        break
      case 74: // BININT
        if (at + 5 > end) break
        stack.push(int32(bytes, at + 1))
        at += 5
        break
      case 78: // NONE
        stack.push(null)
        at++
        break
      case 140: // SHORT_BINUNICODE
        if (at + 2 > end) break
        at = text(m, at, 2, bytes[at + 1] as number, end)
        break
      case 88: // BINUNICODE
        if (at + 5 > end) break
        at = text(m, at, 5, int32(bytes, at + 1), end)
        break
      case 148: // MEMOIZE
        if (stack.length <= m.floor || m.memo_sparse.size > 0) break
        memo.push(stack[stack.length - 1])
        at++
        break
      case 113: // BINPUT
        if (at + 2 > end || stack.length <= m.floor || bytes[at + 1] !== memo.length || m.memo_sparse.size > 0) break
        memo.push(stack[stack.length - 1])
        at += 2
        break
      case 104: // BINGET
        if (at + 2 > end || (bytes[at + 1] as number) >= memo.length || !m.memo_is_known) break
        if (memo[bytes[at + 1] as number] instanceof Global) break
        stack.push(memo[bytes[at + 1] as number])
        at += 2
        break
    }
    if (at === from) break
  }
  if (left === planned) return
  m.started = base + from
  m.at = at
  m.operations += planned - left
  m.memo_size = memo.length + m.memo_sparse.size
}

const memoLeft = ({ limits, memo, memo_sparse }: Machine): number => limits.memo_max - memo.length - memo_sparse.size

const int32 = (bytes: Buffer, at: number): number =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)

/** Puts a short text on the stack, and says where it ends; `at` when it is none. */
function text(m: Machine, at: number, head: number, length: number, end: number): number {
  const start = at + head
  if (length < 0 || length > SHORT_TEXT_BYTES || start + length > end) return at
  m.stack.push(shortText(m.bytes, start, length))
  return start + length
}
