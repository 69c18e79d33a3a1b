/** What is wrong with a model, a signature or a key, in a sentence that says what to do; never a key itself. */
export class SignatureProblem extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SignatureProblem'
  }
}
