const DUPLICATE = new Set(['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE', '23505'])

/** Whether a statement failed because a row with this key is already there. */
export const isDuplicate = (error: unknown): boolean => error instanceof Error && 'code' in error && DUPLICATE.has(String(error.code))
