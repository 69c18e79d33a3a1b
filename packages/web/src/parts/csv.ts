const FORMULA = /^[=+\-@\t\r\n]/
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

// A cell that begins like a formula is one to a spreadsheet: an apostrophe makes it a text (OWASP, CSV injection).
function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return String(value)
  const given = String(value)
  const text = FORMULA.test(given) && !NUMBER.test(given) ? `'${given}` : given
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One line of CSV (RFC 4180). */
export const csvLine = (values: readonly unknown[]): string => `${values.map(cell).join(',')}\r\n`

/** Lines as CSV, below a line of names. */
export const csvOf = (names: readonly string[], lines: readonly (readonly unknown[])[]): string => [names, ...lines].map(csvLine).join('')
