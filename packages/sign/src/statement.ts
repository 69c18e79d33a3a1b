import { PAYLOAD_TYPE } from './dsse.ts'
import { listIn, objectIn, parseObject, textIn, type Unchecked } from './json.ts'
import { SignatureProblem } from './problem.ts'

const STATEMENT_TYPES = new Set(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'])

/** What a statement is about: a name and its digests by algorithm. */
export type Subject = { readonly name: string; readonly digest: Readonly<Record<string, string>> }

/** An in-toto statement: that something, by its digest, has the property that the predicate tells. */
export type Statement = { readonly subjects: readonly Subject[]; readonly predicate_type: string; readonly predicate: Unchecked }

/** @throws SignatureProblem when the signed bytes are no in-toto statement */
export function readStatement(payload: Buffer, payload_type: string): Statement {
  if (payload_type !== PAYLOAD_TYPE) {
    throw new SignatureProblem(`What is signed is of the type ${payload_type.slice(0, 100)}, and only ${PAYLOAD_TYPE} is known.`)
  }
  const raw = parseObject(payload.toString('utf8'), 'The signed statement')
  const type = textIn(raw._type, "The statement's _type")
  if (!STATEMENT_TYPES.has(type)) throw new SignatureProblem(`What is signed is a ${type.slice(0, 100)}, and no in-toto statement.`)
  return {
    subjects: listIn(raw.subject, "The statement's subject").map(readSubject),
    predicate_type: textIn(raw.predicateType, "The statement's predicateType"),
    predicate: raw.predicate === undefined ? {} : objectIn(raw.predicate, "The statement's predicate"),
  }
}

function readSubject(raw: unknown): Subject {
  const subject = objectIn(raw, 'A subject')
  const digest = objectIn(subject.digest, "A subject's digest")
  for (const value of Object.values(digest)) textIn(value, "A subject's digest")
  return { name: typeof subject.name === 'string' ? subject.name : '', digest: digest as Record<string, string> }
}

/** The bytes of a statement, which are signed and kept as they are. */
export const statementBytes = ({ subjects, predicate_type, predicate }: Statement): Buffer =>
  Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: subjects,
      predicateType: predicate_type,
      predicate,
    }),
  )
