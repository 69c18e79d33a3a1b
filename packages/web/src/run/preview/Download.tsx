import { useState } from 'react'
import { api, sentenceOf } from '../../api.ts'
import { bytes } from '../../format.ts'
import { saveBlob } from '../../parts/save.ts'
import { say } from '../../shell/Toasts.tsx'
import { workspace } from '../../workspace.ts'

type Props = { readonly address: string; readonly name: string; readonly size: number }

/** Gives the reader a file of the server: the browser loads it, or in a workspace, which no link can name to the server, this page. */
export function Download({ address, name, size }: Props) {
  return workspace === undefined ? (
    <a className="button" href={address} download={name}>
      Download {bytes(size)}
    </a>
  ) : (
    <ByPage address={address} name={name} size={size} />
  )
}

function ByPage({ address, name, size }: Props) {
  const [isUnderWay, setUnderWay] = useState(false)
  const load = async (): Promise<void> => {
    setUnderWay(true)
    try {
      // Browsers keep what is long on the disk.
      saveBlob(name, await (await api.request(`/${address}`)).blob())
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    } finally {
      setUnderWay(false)
    }
  }
  return (
    <button type="button" disabled={isUnderWay} onClick={() => void load()}>
      {isUnderWay ? 'Downloading' : 'Download'} {bytes(size)}
    </button>
  )
}
