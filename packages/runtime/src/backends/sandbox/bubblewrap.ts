import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { Refused } from '../../refused.ts'
import { limited, programIn } from '../limited.ts'

/** A sandbox that somebody asked for. */
export type SandboxRules = {
  /** The Python whose environment has MLflow and what the models need. */
  readonly python: string
  readonly memory_max_bytes: number
  readonly run_max_ms: number
}

const PROCESSES_MAX = 64
const TEMPORARY_MAX_BYTES = 64 * 1024 * 1024
const SYSTEM = ['/usr', '/lib', '/lib32', '/lib64', '/bin', '/sbin']

/** Where a Python has what it runs on. */
type Environment = { readonly program: string; readonly folders: readonly string[] }

/** Asks the operator's own Python where it lies. @throws Refused('sandbox') */
function environmentOf(python: string): Environment {
  const program = isAbsolute(python) ? python : programIn(python)
  if (program === undefined || !existsSync(program)) {
    throw new Refused(
      'sandbox',
      `There is no Python at ${python}: give --sandbox the one whose environment has mlflow and what the model needs.`,
    )
  }
  const ask = 'import sys, json, mlflow, uvicorn; print(json.dumps([sys.prefix, sys.base_prefix, sys.exec_prefix]))'
  try {
    const said = execFileSync(program, ['-I', '-c', ask], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
    const folders = JSON.parse(said.trim().split('\n').at(-1) ?? '') as string[]
    const real = dirname(dirname(realpathSync(program)))
    return { program, folders: [...new Set([...folders, ...folders.map((folder) => realpathSync(folder)), real])] }
  } catch (cause) {
    throw new Refused(
      'sandbox',
      `${program} can't import mlflow and uvicorn: install mlflow and what the model needs into its environment.`,
      { cause },
    )
  }
}

/**
 * The command that starts MLflow's own scoring server shut in: no network, no environment but what it needs, no files but its programs and
 * the model, which can only be read, no other processes, no privileges, and bounds on memory and processes. @throws Refused('sandbox')
 */
export function shutIn(model: string, socket_folder: string, { python, memory_max_bytes }: SandboxRules): [string, string[]] {
  const bwrap = programIn('bwrap')
  if (bwrap === undefined)
    throw new Refused('sandbox', 'There is no bwrap here: install bubblewrap (on Debian: apt-get install bubblewrap).')
  const { program, folders } = environmentOf(python)
  const server = ['-m', 'uvicorn', '--uds', '/run/s/m.sock', '--log-level', 'warning', 'mlflow.pyfunc.scoring_server.app:app']
  const limits = { memory_max_bytes, processes_max: PROCESSES_MAX }
  const [first, rest] = limited([program, ...server], limits)
  return [
    bwrap,
    [
      ...['--unshare-all', '--unshare-user', '--disable-userns', '--die-with-parent', '--new-session', '--clearenv', '--cap-drop', 'ALL'],
      ...['--uid', '65534', '--gid', '65534', '--hostname', 'model'],
      ...SYSTEM.flatMap(systemFolder),
      // Before the folders of Python, which may lie below it.
      ...['--size', String(TEMPORARY_MAX_BYTES), '--tmpfs', '/tmp'],
      ...folders.filter((folder) => !folder.startsWith('/usr/') && folder !== '/usr').flatMap((folder) => ['--ro-bind', folder, folder]),
      ...['--proc', '/proc', '--dev', '/dev', '--remount-ro', '/dev'],
      ...['--ro-bind', model, '/model', '--bind', socket_folder, '/run/s', '--chdir', '/tmp'],
      ...Object.entries({ ...VARIABLES, PATH: `${dirname(program)}:/usr/bin:/bin` }).flatMap(([name, text]) => ['--setenv', name, text]),
      ...['--', first, ...rest],
    ],
  ]
}

const VARIABLES = {
  HOME: '/tmp',
  __pyfunc_model_path__: 'file:///model',
  PYTHONDONTWRITEBYTECODE: '1',
  MLFLOW_DISABLE_TELEMETRY: 'true',
  // Threads are memory, and one request at a time needs one.
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
}

/** A folder of the system as it is here: itself, or the link that newer systems have there. */
function systemFolder(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return lstatSync(folder).isSymbolicLink() ? ['--symlink', readlinkSync(folder), folder] : ['--ro-bind', folder, folder]
}
