import type { ScanReport } from '../scan.ts'

/** The report as one JSON object, for programs. */
export const jsonReport = (report: ScanReport): string => JSON.stringify({ scanner: 'millrace', ...report }, null, 2)
