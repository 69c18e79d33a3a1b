/** Gives the reader a file. */
export const saveAs = (name: string, type: string, content: BlobPart): void => saveBlob(name, new Blob([content], { type }))

/** Gives the reader a file that is there already. */
export function saveBlob(name: string, file: Blob): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1_000)
}
