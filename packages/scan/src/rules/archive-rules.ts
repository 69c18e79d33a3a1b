import type { Rule } from './rule.ts'

const AGAIN = 'Pack the files again with an ordinary tool, from a source that you trust.'

/** Rules on archives, wrappers, and files of unknown content. */
export const ARCHIVE_RULES = {
  'archive/disagreement': {
    severity: 'critical',
    title: 'Readers of archives disagree about this one: what is loaded need not be what is shown',
    cure: AGAIN,
    cve: ['CVE-2025-1944', 'CVE-2025-1945', 'CVE-2025-10156'],
  },
  'archive/escape': {
    severity: 'critical',
    title: 'A member would be written outside of the folder that it is unpacked to',
    cure: AGAIN,
    cve: ['CVE-2025-15031', 'CVE-2025-15036'],
  },
  'archive/link': { severity: 'critical', title: 'A member is a link or a device', cure: AGAIN, cve: ['CVE-2025-15036'] },
  'archive/odd': { severity: 'medium', title: 'The archive is not one that an ordinary tool writes', cure: AGAIN },
  'archive/damaged': { severity: 'medium', title: 'A member is not what its checksum says', cure: AGAIN, cve: ['CVE-2025-10156'] },
  'archive/encrypted': {
    severity: 'medium',
    title: 'A member is encrypted, and was not looked at',
    cure: 'Upload it without a password.',
    unread: true,
  },
  'archive/not-read': {
    severity: 'medium',
    title: 'An archive or wrapper that is not read here',
    cure: 'Upload what is in it as it is, or as a zip, tar, gzip, zlib, zstd, bzip2, xz or lz4.',
    unread: true,
  },
  'archive/limit': {
    severity: 'medium',
    title: 'The archive is too big, too deep, or unpacks to too much',
    cure: 'Upload what is in it as it is.',
    unread: true,
  },
  'file/link': {
    severity: 'medium',
    title: 'A link, which was not followed',
    cure: 'Put the file itself in its place.',
    unread: true,
  },
  'file/unreadable': {
    severity: 'medium',
    title: 'The file could not be looked at',
    cure: 'See the evidence; then scan again.',
    unread: true,
  },
  'file/unknown': {
    severity: 'info',
    title: 'The content is of no known format, so that nothing was looked for',
    cure: 'Nothing, if no loader runs it. A policy decides whether such files may be used.',
    unread: true,
  },
  'file/native': {
    severity: 'critical',
    title: 'Native code: loading it runs it',
    cure: 'Leave it out; install libraries as packages.',
  },
  'file/bytecode': { severity: 'critical', title: 'Compiled Python: loading it runs it', cure: 'Put the source in its place.' },
  'file/polyglot': {
    severity: 'high',
    title: 'The file is two things at once',
    cure: 'Save it again as the one thing that it is meant to be.',
  },
} as const satisfies Record<string, Rule>
