import { CONTAINERS } from './containers.ts'
import { IMPORTS } from './imports.ts'
import { LITERALS } from './literals.ts'
import type { Machine } from './machine.ts'

/** What an operation does to the machine. */
export type Operation = { readonly name: string; readonly run: (machine: Machine) => void }
/** Operations by their byte. */
export type Operations = Readonly<Record<number, Operation>>

export const STOP = 0x2e

const all: Operations = { ...LITERALS, ...CONTAINERS, ...IMPORTS }

/** What each byte does; undefined for bytes that are no operation, and for STOP, which ends the loop. */
export const RUN: readonly (Operation['run'] | undefined)[] = Array.from({ length: 256 }, (_, code) => all[code]?.run)
