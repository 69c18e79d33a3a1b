import { appendFileSync, writeFileSync } from 'node:fs'
import type { Environment, Given, Option } from '@millrace/server/config'
import type { FileDigest } from '@millrace/sign'
import { type Command, EXIT } from '../command.ts'
import { listOf, signerOptions, textOf } from './key-options.ts'
import { keylessSignerOptions } from './keyless-options.ts'
import { hashProgress, type ModelPlaces, placesOf, sized } from './places.ts'
import type { Pen } from './signer.ts'
import { asking, requiredVersion, trackingClient } from './tracking.ts'
import { trackingOption } from './tracking-option.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'What is signed' })

const options: readonly Option[] = [
  own({
    flag: 'signature',
    value: '<file>',
    fallback: 'model.sig in the folder, or FILE.sig',
    about: 'Where the signature is written',
  }),
  own({
    flag: 'attestations',
    value: '<file>',
    fallback: 'model.attestations.jsonl in the folder, or FILE.attestations.jsonl',
    about: 'Where what is attested besides is added, a line each',
  }),
  own({ flag: 'run', value: '<run id>', about: 'Attest also which run made it: commit, entry point, user, datasets, parameters' }),
  own({ flag: 'upload', value: '<models:/name/version>', about: 'Give it to the server, to keep with this version' }),
  own({ flag: 'ignore-paths', value: '<paths>', about: 'Leave out these paths inside the model, separated by commas' }),
  own({ flag: 'allow-symlinks', about: 'Read files that are symbolic links; else one is an error' }),
  own({ flag: 'json', about: 'Tell what was signed as JSON' }),
  ...signerOptions,
  ...keylessSignerOptions,
  trackingOption,
]

/** `millrace sign` */
export const sign: Command = {
  name: 'sign',
  about: 'Sign a model: its files, and which run they come from',
  options,
  argument: { name: 'path', about: 'The folder or the file of the model' },
  details:
    'Writes a signature in the OpenSSF model-signing format, which `model_signing verify key` of PyPI (package model-signing) and ' +
    '`millrace verify` read. Git’s files (.git, .gitignore) are left out, and the signature itself. With --run it also writes ' +
    'provenance (SLSA v1, in-toto) made of what the run recorded. A key’s password is taken from MILLRACE_KEY_PASSWORD, or from the ' +
    'file that MILLRACE_KEY_PASSWORD_FILE names. A program that signs (--signer) is named with its arguments in a JSON file, ' +
    'and gets the bytes, or their hash, on its standard input: {"public_key": "-----BEGIN PUBLIC KEY-----…", ' +
    '"command": ["aws-kms-sign", "alias/models"], "input": "digest"}. With --sigstore no key is needed: an identity token (a person’s or ' +
    'a build’s) is shown to Sigstore, which certifies a key for minutes; a public log tells who signed.',
  examples: [
    ['millrace keys make release', 'a key of your own, once'],
    ['millrace sign ./model --key release', 'writes ./model/model.sig'],
    ['millrace sign ./model --key release --run 4f1c… --upload models:/churn/3', 'signs files and origin, and gives both to the server'],
    ['millrace sign ./model --key signer.pem --certificate signer.crt', 'with a certificate: readers trust its authority'],
    ['millrace sign ./model --signer pkcs11.json', 'with a key that a program reaches'],
    ['millrace sign ./model --sigstore', 'keylessly, in a build service or with SIGSTORE_ID_TOKEN'],
  ],
  async run({ given, args, env }) {
    const places = placesOf(given, args[0], 'sign')
    const { penOf } = await import('./signer.ts')
    const upload = textOf(given, 'upload')
    const version = upload === undefined ? undefined : requiredVersion(upload, '--upload')
    const pen = await penOf(given, env)
    const { files, bytes, bundle } = await signFiles(given, places, pen)
    writeFileSync(places.signature, `${bundle}\n`)
    const provenance = await signOrigin(given, env, places, pen, files)
    if (provenance !== undefined) appendFileSync(places.attestations, `${provenance}\n`)
    if (version) {
      const client = trackingClient(given, env)
      for (const one of [bundle, ...(provenance === undefined ? [] : [provenance])]) {
        await asking(`${upload} did not take the signature`, () =>
          client.call('POST /api/2.0/millrace/attestations/create', { ...version, bundle: one }),
        )
      }
    }
    const { attestedDigests } = await import('@millrace/sign')
    const digests = attestedDigests(files)
    if (given.json === true) {
      const told = { signature: places.signature, files: files.length, bytes, digests, ...pen.by }
      process.stdout.write(
        `${JSON.stringify({ ...told, ...(provenance !== undefined && { attestations: places.attestations }), uploaded_to: upload })}\n`,
      )
      return EXIT.fine
    }
    const lines = [
      `Signed ${files.length} files, ${sized(bytes)}: ${places.signature}`,
      `  digest  ${digests.sha256}`,
      `  ${pen.told}`,
      ...(provenance === undefined ? [] : [`  origin  ${places.attestations}`]),
      ...(upload === undefined ? [] : [`  kept    with ${upload}`]),
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
    return EXIT.fine
  },
}

type Signed = { readonly files: readonly FileDigest[]; readonly bytes: number; readonly bundle: string }

async function signFiles(given: Given, { path, name, beside }: ModelPlaces, pen: Pen): Promise<Signed> {
  const { hashModel, IGNORED_OF_GIT, isUnder, modelFiles, modelStatement } = await import('@millrace/sign')
  const ignore_paths = [...new Set([...IGNORED_OF_GIT, ...beside, ...listOf(given, 'ignore-paths')])]
  const allow_symlinks = given['allow-symlinks'] === true
  const { files } = modelFiles(path, { leaveOut: (inside) => isUnder(inside, ignore_paths), allow_symlinks })
  const hashed = await hashModel(files, hashProgress())
  const bundle = await pen.sign(modelStatement(name, hashed, { ignore_paths, allow_symlinks }))
  return { files: hashed, bytes: files.reduce((sum, { size }) => sum + size, 0), bundle }
}

async function signOrigin(
  given: Given,
  env: Environment,
  { name }: ModelPlaces,
  pen: Pen,
  files: readonly FileDigest[],
): Promise<string | undefined> {
  const run = textOf(given, 'run')
  if (run === undefined) return undefined
  const { attestedDigests, provenanceStatement, subjectOf } = await import('@millrace/sign')
  const { runOrigin } = await import('./run-origin.ts')
  const origin = await asking(`The run ${run}`, () => runOrigin(trackingClient(given, env), run, files))
  return pen.sign(provenanceStatement(subjectOf(name, attestedDigests(files)), origin))
}
