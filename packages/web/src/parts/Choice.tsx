type Props<T extends string> = {
  readonly legend: string
  readonly options: Readonly<Record<T, string>>
  readonly value: T
  readonly onChange: (value: T) => void
}

/** Buttons of which one is pressed: how something is shown. */
export function Choice<T extends string>({ legend, options, value, onChange }: Props<T>) {
  return (
    <fieldset className="choices">
      <legend className="hidden">{legend}</legend>
      {(Object.keys(options) as T[]).map((one) => (
        <button key={one} type="button" aria-pressed={one === value} onClick={() => onChange(one)}>
          {options[one]}
        </button>
      ))}
    </fieldset>
  )
}
