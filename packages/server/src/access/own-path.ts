/**
 * A path of this server to go on to after signing in; `/` where the text is anything else. Another site's address in it would make a link
 * that signs in here and ends there (security case BR-13).
 */
export function ownPath(text: string | undefined, static_prefix: string): string {
  const home = `${static_prefix}/`
  if (text === undefined || text.length > 2_000 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(text) || text.includes('\\')) return home
  const url = URL.parse(text, 'http://here.invalid')
  if (url?.origin !== 'http://here.invalid' || url.pathname.startsWith('//') || !url.pathname.startsWith(home)) return home
  return url.pathname + url.search + url.hash
}
