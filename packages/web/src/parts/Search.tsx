type Props = {
  label: string
  placeholder: string
  value: string
  onChange: (typed: string) => void
  /** The id of a `datalist` with what may be meant. */
  list?: string
}

/** A field to find something by typing a part of it. */
export function Search({ label, placeholder, value, onChange, list }: Props) {
  return (
    <input
      {...(list && { list })}
      type="search"
      className="grow"
      aria-label={label}
      placeholder={placeholder}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
