const LOOK: Record<string, { sign: string; label: string; tone: string }> = {
  RUNNING: { sign: '●', label: 'Running', tone: 'busy' },
  SCHEDULED: { sign: '○', label: 'Scheduled', tone: 'faint' },
  FINISHED: { sign: '✓', label: 'Finished', tone: 'good' },
  FAILED: { sign: '✕', label: 'Failed', tone: 'bad' },
  KILLED: { sign: '✕', label: 'Killed', tone: 'bad' },
  OK: { sign: '✓', label: 'OK', tone: 'good' },
  ERROR: { sign: '✕', label: 'Error', tone: 'bad' },
  IN_PROGRESS: { sign: '●', label: 'In progress', tone: 'busy' },
  READY: { sign: '✓', label: 'Ready', tone: 'good' },
  LOGGED_MODEL_READY: { sign: '✓', label: 'Ready', tone: 'good' },
  LOGGED_MODEL_PENDING: { sign: '●', label: 'Being logged', tone: 'busy' },
  LOGGED_MODEL_UPLOAD_FAILED: { sign: '✕', label: 'Not uploaded', tone: 'bad' },
  PENDING_REGISTRATION: { sign: '●', label: 'Being checked', tone: 'busy' },
  FAILED_REGISTRATION: { sign: '✕', label: 'Refused', tone: 'bad' },
}

/** A status by sign and colour, and by word for who sees neither. */
export function Status({ of, short = false }: { of: string; short?: boolean }) {
  const { sign, label, tone } = LOOK[of] ?? { sign: '·', label: of, tone: 'faint' }
  return (
    <span className={`status ${tone}`} title={label}>
      <span aria-hidden="true">{sign}</span> {short ? <span className="hidden">{label}</span> : label}
    </span>
  )
}
