import { userInfo } from 'node:os'
import { dirname, resolve } from 'node:path'
import { gitFacts } from './git.ts'

/**
 * What MLflow's clients tell of where a run comes from: user, program, and the git commit, branch and state of the program's folder.
 * @param script the program's file; the one that Node was started with unless said
 */
export function runTags(script: string | undefined = process.argv[1]): Record<string, string> {
  const folder = script === undefined ? process.cwd() : dirname(resolve(script))
  const git = gitFacts(folder)
  return {
    'mlflow.user': userName(),
    'mlflow.source.name': script ?? process.execPath,
    'mlflow.source.type': 'LOCAL',
    ...(git && { 'mlflow.source.git.commit': git.commit }),
    ...(git?.branch !== undefined && { 'mlflow.source.git.branch': git.branch }),
    ...(git?.dirty !== undefined && { 'mlflow.source.git.dirty': String(git.dirty) }),
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container whose user id has no name.
    return process.env.USER || process.env.USERNAME || 'unknown'
  }
}
