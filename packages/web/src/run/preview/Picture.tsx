import { useEffect, useState } from 'react'

/** An address of this page for a file: what the server sends for downloading is not shown by browsers. */
export function useAddress(file: Blob): string {
  const [address, setAddress] = useState('')
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return address
}

/** A picture that was fetched. */
export function Picture({ file, name }: { file: Blob; name: string }) {
  const address = useAddress(file)
  return address === '' ? null : <img src={address} alt={name} />
}
