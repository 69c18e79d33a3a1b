/** The server's front door for the command and for programs that run a server inside themselves. */
export { type Config, defaultSettings, type LogSettings, type Settings } from './config.ts'
export type { Location } from './db/location.ts'
export { type RunningServer, startServer } from './main.ts'
