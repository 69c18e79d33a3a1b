import { bytes } from '../format.ts'

const TIGHT = 0.1

/** How full a disk is. */
export function Meter({ of, free }: { of: number; free: number }) {
  const isTight = free < of * TIGHT
  const used = Math.round((1 - free / of) * 100)
  return (
    <span className="meter-line">
      <span
        role="meter"
        className={isTight ? 'meter tight' : 'meter'}
        aria-label="How full the disk is"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={used}
      >
        <i style={{ width: `${used}%` }} />
      </span>
      <span className={isTight ? 'bad' : 'faint'}>
        {bytes(free)} free of {bytes(of)}
      </span>
    </span>
  )
}
