/** Where loading stopped. */
export type Step = 'find' | 'fetch' | 'digests' | 'signature' | 'scan' | 'describe' | 'read' | 'approval' | 'sandbox' | 'example'

/** A model is not served: at which step, and a sentence that says why and what to do. */
export class Refused extends Error {
  readonly step: Step

  constructor(step: Step, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'Refused'
    this.step = step
  }
}
