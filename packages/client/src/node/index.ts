/** The door for Node: a client by the environment, files of the disk, and where a run comes from. Browsers import '@millrace/client'. */
export { clientFromEnvironment } from './environment.ts'
export { downloadFile, uploadFile } from './files.ts'
export { type GitFacts, gitFacts } from './git.ts'
export { runTags } from './run-tags.ts'
