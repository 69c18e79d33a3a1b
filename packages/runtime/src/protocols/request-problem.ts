/** A request that can't be answered: its status, the code of MLflow's error bodies, and a sentence for the caller. */
export class RequestProblem extends Error {
  readonly status: number
  readonly code: string

  constructor(sentence: string, status = 400, code = 'BAD_REQUEST') {
    super(sentence)
    this.name = 'RequestProblem'
    this.status = status
    this.code = code
  }
}
