// Ten hues that are told apart by most kinds of colour blindness, after Paul Tol's "muted" scheme; readable on light and dark ground.
const HUES = ['#4477aa', '#cc6677', '#117733', '#b8860b', '#882255', '#44aa99', '#7d6cc4', '#999933', '#d2691e', '#6699cc']

/** The colour of a run, the same on every page: it follows from the run's place in the list, or from its id. */
export const colorAt = (place: number): string => HUES[place % HUES.length] as string
