import { type RefObject, useEffect, useRef } from 'react'

type Props = {
  label: string
  placeholder: string
  value: string
  onChange: (typed: string) => void
  field?: RefObject<HTMLInputElement | null>
  /** The id of a `datalist` with what may be meant. */
  list?: string
}

/** A field to find something by typing a part of it. */
export function Search({ label, placeholder, value, onChange, field, list }: Props) {
  return (
    <input
      {...(field && { ref: field })}
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

/** A field to which the `/` key leads, unless somebody types elsewhere. */
export function useSearchKey(): RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || (event.target as HTMLElement).closest('input, textarea, dialog')) return
      event.preventDefault()
      field.current?.focus()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return field
}
