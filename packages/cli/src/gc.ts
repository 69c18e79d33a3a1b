import { type Option, readStorage } from '@millrace/server/config'
import { ageOf } from './age.ts'
import { type Command, EXIT } from './command.ts'
import { listOf } from './list-of.ts'
import { placeOptions } from './place-options.ts'
import { count, sized } from './sized.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'What is removed' })

const gcOptions: readonly Option[] = [
  own({
    flag: 'older-than',
    value: '<time>',
    fallback: 'everything in the trash',
    about: 'Only what was deleted so long ago: 30d, 12h, 1d12h',
  }),
  own({ flag: 'run-ids', value: '<ids>', about: 'Only these runs, separated by commas' }),
  own({ flag: 'experiment-ids', value: '<ids>', about: 'Only these experiments, with all that is in them' }),
  own({ flag: 'logged-model-ids', value: '<ids>', about: 'Only these logged models' }),
  own({ flag: 'workspace', value: '<name>', fallback: 'all of them', about: 'Only what is in this workspace' }),
  own({ flag: 'dry-run', about: 'Say what would be removed, and remove nothing' }),
  ...placeOptions,
]

/** `millrace gc` */
export const gc: Command = {
  name: 'gc',
  about: 'Remove for good what was deleted',
  options: gcOptions,
  details:
    'Deleted runs, logged models and experiments stay in the trash and can be restored until this removes them, with their artifacts. ' +
    'The server may run meanwhile. Where artifacts are, it takes from the database, in which the server put it on record when it last ' +
    'started; storage flags given here go before that. Where neither says, or the folder is not on this machine, nothing is removed. ' +
    'Names of removed experiments are free again. What is interrupted is finished by the next call; the exit code is 1 when artifacts ' +
    'could not be removed.',
  examples: [
    ['millrace gc --older-than 30d --dry-run', 'what a month in the trash amounts to'],
    ['millrace gc --older-than 30d', 'removes it'],
    ['millrace gc --workspace team-a --older-than 7d', 'removes it in one workspace'],
    ['millrace gc --experiment-ids 12,13', 'removes two deleted experiments'],
  ],
  async run({ given, env }) {
    const { location, settings, told } = readStorage(given, env)
    const dry_run = given['dry-run'] === true
    const { emptyTrashOf } = await import('@millrace/server/operate')
    const ids = (flag: string): string[] | undefined => listOf(given[flag])
    const run_ids = ids('run-ids')
    const experiment_ids = ids('experiment-ids')
    const logged_model_ids = ids('logged-model-ids')
    let told_ms = Date.now()
    const emptied = await emptyTrashOf(location, settings, told, {
      before_ms: Date.now() - ageOf(given['older-than']),
      ...(run_ids && { run_ids }),
      ...(experiment_ids && { experiment_ids }),
      ...(logged_model_ids && { logged_model_ids }),
      ...(typeof given.workspace === 'string' && { workspace: given.workspace }),
      dry_run,
      onProgress: (so_far, of) => {
        if (Date.now() - told_ms < 1000) return
        told_ms = Date.now()
        process.stderr.write(`${so_far.runs} of ${of.runs.length} runs, ${sized(so_far.bytes)} of artifacts\n`)
      },
    })
    for (const left of emptied.left) process.stderr.write(`left: ${left}\n`)
    const { runs, logged_models, experiments } = emptied
    const what = `${count(runs, 'run')}, ${count(logged_models, 'logged model')}, ${count(experiments, 'experiment')}`
    const files = `${count(emptied.files, 'file')} of artifacts, ${sized(emptied.bytes)}`
    process.stdout.write(`${dry_run ? 'Would remove' : 'Removed'} ${what}; ${files}.\n`)
    return emptied.failed ? EXIT.failed : EXIT.fine
  },
}
