/** An address of a route's path: every parameter is `x`; the streams of events, which would go on for a minute, end at once. */
export const addressOf = (path: string): string => `${path.replace(/:[a-z_.]+|\*/g, 'x')}${path.endsWith('/live') ? '?open_s=0' : ''}`
