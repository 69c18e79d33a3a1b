/** A line of a .gitignore. */
export type IgnoreRule = { readonly pattern: RegExp; readonly is_folder: boolean; readonly brings_back: boolean }

/** Reads a .gitignore that is in a folder. git itself is not asked: a repository's own configuration could make it run something. */
export function ignoreRules(text: string, folder: string): IgnoreRule[] {
  return text.split('\n').flatMap((line) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return []
    const brings_back = trimmed.startsWith('!')
    const is_folder = trimmed.endsWith('/')
    const body = trimmed.replace(/^!/, '').replace(/\/$/, '')
    const base = folder === '' ? '' : `${literally(folder)}/`
    const start = body.includes('/') ? base : `${base}(?:.*/)?`
    return [{ pattern: new RegExp(`^${start}${glob(body.replace(/^\//, ''))}$`), is_folder, brings_back }]
  })
}

/** Whether the last rule that a path keeps to says so. */
export function isIgnored(file: string, is_folder: boolean, rules: readonly IgnoreRule[]): boolean {
  const last = rules.findLast((rule) => (is_folder || !rule.is_folder) && rule.pattern.test(file))
  return last !== undefined && !last.brings_back
}

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

const glob = (text: string): string =>
  text
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[part] ?? literally(part))
    .join('')
