/** Changes whenever a rule is added, or finds more or less than before. */
export const RULES_VERSION = '2026.11.5'
