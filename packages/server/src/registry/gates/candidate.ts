import type { Target } from '../policy/index.ts'

/** A model version that is to be put in a place: of its row, what a gate looks at. */
export type Candidate = {
  readonly id: number
  readonly model: number
  readonly name: string
  readonly version: number
  readonly status: number
  readonly source_kind: number
  readonly created_by: string | null
  readonly run_id: string | null
  readonly model_id: string | null
}

const FAILED = 2
const READY = 3
/** As `model-versions/` numbers the kinds of sources; that room imports this one. */
const PROMPT = 3

export const isReady = ({ status }: Candidate): boolean => status === READY
export const hasFailed = ({ status }: Candidate): boolean => status === FAILED
/** Prompts are texts without files: nothing of theirs is loaded, and gates are not about them. */
export const isPrompt = ({ source_kind }: Candidate): boolean => source_kind === PROMPT

/** A place in words: `alias 'champion'`. */
export const inWords = ({ kind, name }: Target): string => `${kind} '${name}'`
