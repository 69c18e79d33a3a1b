type Props<T extends string> = {
  /** Where the words before it don't say already what is chosen. */
  readonly label?: string
  readonly options: Readonly<Record<T, string>>
  readonly value: T
  readonly onChange: (value: T) => void
}

/** One of a few that are known, each with words for it. */
export function Select<T extends string>({ label, options, value, onChange }: Props<T>) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value as T)}>
      {(Object.keys(options) as T[]).map((one) => (
        <option key={one} value={one}>
          {options[one]}
        </option>
      ))}
    </select>
  )
}
