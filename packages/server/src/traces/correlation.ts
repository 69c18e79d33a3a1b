/** What is added to each cell of the table of counts, so that one that never happened doesn't decide all. */
const SMOOTHING = 0.5

/**
 * Normalized pointwise mutual information of two filters, from how many traces pass both, each, and how many there are.
 * NaN where a filter passes no trace: nothing can be said of it.
 */
export function correlation(joint: number, first: number, second: number, total: number): { npmi: number; npmi_smoothed: number } {
  if (first === 0 || second === 0 || total === 0) return { npmi: Number.NaN, npmi_smoothed: Number.NaN }
  const npmi = joint === 0 ? -1 : joint === total ? 1 : normalized(joint, first, second, total)
  return { npmi: clamp(npmi), npmi_smoothed: clamp(smoothed(joint, first, second, total)) }
}

const smoothed = (joint: number, first: number, second: number, total: number): number =>
  normalized(joint + SMOOTHING, first + 2 * SMOOTHING, second + 2 * SMOOTHING, total + 4 * SMOOTHING)

function normalized(joint: number, first: number, second: number, total: number): number {
  const information = Math.log(joint) + Math.log(total) - Math.log(first) - Math.log(second)
  return information / (Math.log(total) - Math.log(joint))
}

const clamp = (value: number): number => Math.max(-1, Math.min(1, value))
