import { ConfigProblem, type Option, readStorage } from '@millrace/server/config'
import { ageOf } from './age.ts'
import { type Command, EXIT } from './command.ts'
import { placeOptions } from './place-options.ts'
import { count, sized } from './sized.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'What is archived' })

/** `millrace traces archive` */
export const tracesArchive: Command = {
  name: 'traces archive',
  about: "Move old traces' spans from the database to files among their artifacts",
  options: [
    own({ flag: 'older-than', value: '<time>', about: 'Traces that began so long ago: 30d, 12h; it must be given' }),
    own({ flag: 'dry-run', about: 'Say what would be moved, and move nothing' }),
    ...placeOptions,
  ],
  details:
    'The traces stay where they are, with tags, assessments and numbers, and answer with their spans as before; only searches in the ' +
    "text of spans and by spans' attributes find them no longer, and no more spans are taken for them. Each file is bound to its trace " +
    'by a digest. ' +
    'The server may run meanwhile; run this from a timer to keep the database small. The exit code is 1 when files could not be written.',
  examples: [
    ['millrace traces archive --older-than 30d --dry-run', 'how much there is of traces older than a month'],
    ['millrace traces archive --older-than 30d', 'moves it'],
  ],
  async run({ given, env }) {
    if (typeof given['older-than'] !== 'string') throw new ConfigProblem('Say how much to keep: millrace traces archive --older-than 30d')
    const { location, settings, told } = readStorage(given, env)
    const dry_run = given['dry-run'] === true
    const { archiveTracesOf } = await import('@millrace/server/operate')
    const { traces, bytes, left } = await archiveTracesOf(location, settings, told, Date.now() - ageOf(given['older-than']), dry_run)
    for (const one of left) process.stderr.write(`left: ${one}\n`)
    process.stdout.write(`${dry_run ? 'Would archive' : 'Archived'} ${count(traces, 'trace')}, ${sized(bytes)} of spans.\n`)
    return left.length > 0 ? EXIT.failed : EXIT.fine
  },
}
