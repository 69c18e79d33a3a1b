import type { Option } from './option.ts'

/** Limits on each account, for as long as admins have set none. */
export const quotaOptions: readonly Option[] = [
  {
    flag: 'user-requests-per-second',
    variables: ['MILLRACE_USER_REQUESTS_PER_SECOND'],
    value: '<n>',
    fallback: 'no limit',
    about: 'How many requests an account may make, in each process; admins set quotas of accounts and workspaces by quotas/set',
    group: 'Security',
  },
  {
    flag: 'user-concurrent-uploads',
    variables: ['MILLRACE_USER_CONCURRENT_UPLOADS'],
    value: '<n>',
    fallback: 'no limit',
    about: 'How many artifacts an account may upload at a time, in each process',
    group: 'Security',
  },
  {
    flag: 'user-upload-bytes-per-day',
    variables: ['MILLRACE_USER_UPLOAD_BYTES_PER_DAY'],
    value: '<n>',
    fallback: 'no limit',
    about: 'How many bytes of artifacts an account may upload in a day of UTC, through all processes together',
    group: 'Security',
  },
]
