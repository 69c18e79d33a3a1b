import { part, type Source } from '@millrace/formats'

/** A thing to look at: bytes, and the way to them. */
export type Subject = {
  readonly source: Source
  /** The way through archives; empty for the file itself. */
  readonly member: string
  /** The last word of the way, which says nothing about the content and much about who will load it. */
  readonly name: string
  readonly depth: number
}

/** A part of a subject as a subject of its own. */
export const inner = (subject: Subject, name: string, source: Source): Subject => ({
  source,
  member: subject.member === '' ? name : `${subject.member}!${name}`,
  name: name.slice(name.lastIndexOf('/') + 1),
  depth: subject.depth + 1,
})

/** Bytes of a subject, from the inside. */
export const slice = ({ source }: Subject, offset: number, length: number): Source => part(source, offset, length)
