import { ConfigProblem, type Option } from '@millrace/server/config'
import type { Chain } from '@millrace/sign'
import { type Command, EXIT } from '../command.ts'
import { keysOption, listOf } from './key-options.ts'
import { keylessTrustOptions } from './keyless-options.ts'
import { sized } from './places.ts'
import { versionNamed } from './tracking.ts'
import { trackingOption } from './tracking-option.ts'

/** Nothing is wrong, and something that was asked for isn't there. */
const MISSING = 3
const LINKS = ['signature', 'provenance', 'scan', 'approval']

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'What is verified' })
const trusted = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Who is trusted' })

const options: readonly Option[] = [
  own({ flag: 'signature', value: '<file>', fallback: 'model.sig in the folder, or FILE.sig', about: 'The signature' }),
  own({
    flag: 'attestations',
    value: '<file>',
    fallback: 'model.attestations.jsonl in the folder, or FILE.attestations.jsonl',
    about: 'What is attested besides, a line each',
  }),
  own({
    flag: 'from',
    value: '<models:/name/version>',
    about: 'Take signature and attestations from the server instead, for the files here',
  }),
  own({ flag: 'require', value: '<links>', fallback: 'signature', about: `What must hold, separated by commas: ${LINKS.join(', ')}` }),
  own({ flag: 'ignore-paths', value: '<paths>', about: 'Files that may be there unsigned, separated by commas' }),
  own({ flag: 'allow-symlinks', about: 'Read files that are symbolic links; else one is an error' }),
  own({ flag: 'json', about: 'Tell it as JSON' }),
  trusted({
    flag: 'trust',
    variables: ['MILLRACE_TRUST'],
    value: '<file>',
    fallback: 'trust.json of your own keys',
    about: 'Whose signatures count, and what was revoked (millrace keys)',
  }),
  trusted({ flag: 'public-key', value: '<file>', about: 'Trust this public key, as PEM' }),
  trusted({ flag: 'certificate-chain', value: '<file>', about: 'Trust signers whose certificates these authorities issued, as PEM' }),
  { ...keysOption, group: 'Who is trusted' },
  ...keylessTrustOptions,
  trackingOption,
]

/** `millrace verify` */
export const verify: Command = {
  name: 'verify',
  about: "Check a model's signature and where it comes from, and say which link is missing",
  options,
  argument: { name: 'path', about: 'The folder or the file of the model, or models:/name/version' },
  details:
    'Prints every link of the chain: the signature over the files, the provenance, the scan, the approval; each is ok, missing, ' +
    'broken, or unsigned: the server has it on record and nothing that is signed says so. It reads signatures of `millrace sign` and ' +
    'of model_signing (every version since 0.1), and keyless ones (Sigstore) of those whom you name. It needs no network, except with ' +
    '--from, for models:/name/version, and for keyless ones without --trusted-root; of models:/name/version it takes the files’ ' +
    'digests from the server and reads no file. Exit codes: 0 what is required holds; 1 a required link is broken: files were ' +
    'changed, or it is signed by nobody who is trusted; 3 a required link is missing or unsigned; 2 what was typed can’t be followed.',
  examples: [
    ['millrace verify ./model --public-key release.pub', 'one key that you have from elsewhere'],
    ['millrace verify ./model --trust trust.json --require signature,provenance', 'the keys of your organisation'],
    ['millrace verify ./model --certificate-chain ca.pem', 'signers that an authority vouches for'],
    [
      'millrace verify ./model --certificate-identity ml@example.com --certificate-oidc-issuer https://accounts.example.com',
      'who signed keylessly (Sigstore)',
    ],
    ['millrace verify ./model --from models:/churn/3 --trust trust.json', 'the files here, by what the server keeps'],
    ['millrace verify models:/churn/3 --json', 'what the server has on record'],
  ],
  async run({ given, args, env }) {
    const required = listOf(given, 'require')
    const unknown = required.find((one) => !LINKS.includes(one))
    if (unknown !== undefined) throw new ConfigProblem(`--require takes ${LINKS.join(', ')}, not "${unknown}".`)
    const { trustOf } = await import('./trusted.ts')
    const { localModel, recordedModel } = await import('./evidence.ts')
    const trust = await trustOf(given, env)
    const version = versionNamed(args[0] ?? '')
    const { chainOf } = await import('@millrace/sign')
    const { bundles, model } = version ? await recordedModel(given, env, version) : await localModel(given, env, args[0])
    const chain = await chainOf(bundles, model, trust)
    const verdict = verdictOn(chain, required.length > 0 ? required : ['signature'])
    const { files, bytes, digests, left_out } = model
    if (given.json === true) {
      process.stdout.write(
        `${JSON.stringify({ model: args[0], verified: verdict.code === EXIT.fine, files, bytes, digests, left_out, links: chain })}\n`,
      )
    } else {
      const left = left_out.length > 0 ? [`  left out    ${left_out.join(', ')}`] : []
      const lines = [
        `${args[0]}: ${files} files, ${sized(bytes)}, digest ${digests.sha256}`,
        ...chain.flatMap(linesOf),
        ...left,
        verdict.sentence,
      ]
      process.stdout.write(`${lines.join('\n')}\n`)
    }
    return verdict.code
  },
}

function linesOf({ link, state, sentences }: Chain[number]): readonly string[] {
  const head = `  ${link.padEnd(12)}${(state === 'ok' ? state : state.toUpperCase()).padEnd(9)}`
  return sentences.map((sentence, at) => (at === 0 ? head : ' '.repeat(head.length)) + sentence)
}

function verdictOn(chain: Chain, required: readonly string[]): { code: number; sentence: string } {
  const asked = chain.filter(({ link }) => required.includes(link))
  const broken = asked.filter(({ state }) => state === 'broken').map(({ link }) => link)
  const missing = asked.filter(({ state }) => state === 'missing').map(({ link }) => link)
  const unsigned = asked.filter(({ state }) => state === 'unsigned').map(({ link }) => link)
  if (broken.length > 0) return { code: EXIT.failed, sentence: `NOT verified: ${broken.join(' and ')} can't be relied on.` }
  if (missing.length > 0) return { code: MISSING, sentence: `NOT verified: ${missing.join(' and ')} missing.` }
  if (unsigned.length > 0) return { code: MISSING, sentence: `NOT verified: ${unsigned.join(' and ')} on record, and signed by nobody.` }
  return { code: EXIT.fine, sentence: `Verified: ${required.join(', ')}.` }
}
