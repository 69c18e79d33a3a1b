const WIDTH = 24
const EVERY_MS = 200

/** Where a bar is drawn; a terminal is one. */
export type Screen = { write(text: string): unknown; readonly isTTY?: boolean | undefined }

/** A bar of what is done, on a terminal; nothing anywhere else. `total` is what there is to read, when it is known. */
export class Progress {
  readonly #screen: Screen
  readonly #total: number | undefined
  readonly #now: () => number
  readonly #started: number
  #drawn = 0

  constructor(screen: Screen, total: number | undefined, now: () => number = Date.now) {
    this.#screen = screen
    this.#total = total
    this.#now = now
    this.#started = now()
  }

  /** Says how far it came, a few times a second. */
  show(rows: number, read: number | undefined): void {
    const now = this.#now()
    if (this.#screen.isTTY !== true || now - this.#drawn < EVERY_MS) return
    this.#drawn = now
    const speed = Math.round((rows / Math.max(1, now - this.#started)) * 1000)
    this.#screen.write(`\r\x1b[K${this.#bar(read)}${count(rows)} rows, ${count(speed)} a second`)
  }

  /** Takes the bar away. */
  done(): void {
    if (this.#screen.isTTY === true && this.#drawn > 0) this.#screen.write('\r\x1b[K')
  }

  #bar(read: number | undefined): string {
    if (this.#total === undefined || this.#total === 0 || read === undefined) return ''
    const share = Math.min(1, read / this.#total)
    const full = Math.round(share * WIDTH)
    return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)} %  `
  }
}

const count = (number: number): string => number.toLocaleString('en')
