/** Kinds of things that grants are about, as the database keeps them. Single prompts stand among the registered models. */
export const KIND = { experiment: 1, registered_model: 2, prompt: 3, scorer: 4, workspace: 5 } as const
export type Kind = 'experiment' | 'registered_model'

/** MLflow's permissions as the database keeps them: the stronger is the greater. None is a grant too: it denies whatever others allow. */
export const LEVEL = { NO_PERMISSIONS: 0, READ: 1, USE: 2, EDIT: 3, MANAGE: 4 } as const
export type Level = keyof typeof LEVEL
/** The levels, each at the place of its number. */
export const LEVELS = Object.keys(LEVEL) as readonly Level[]

/** In a grant's `target`: all things of the kind, those to come included. The default experiment has the id 0. */
export const ALL_OF_KIND = -1
