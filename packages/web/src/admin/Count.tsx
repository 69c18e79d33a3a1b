type Props = {
  label: string
  typed: string
  onChange: (typed: string) => void
  min?: number
  step?: 1 | 'any'
  /** Whether an empty field says what it is for; one that has words beside it is shorter. */
  says?: boolean
}

/** A field for a number. */
export function Count({ label, typed, onChange, min = 0, step = 1, says = false }: Props) {
  return (
    <input
      className="limit"
      type="number"
      min={min}
      step={step}
      aria-label={label}
      {...(says && { placeholder: label })}
      value={typed}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
