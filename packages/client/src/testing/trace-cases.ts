import { startTrace, traced } from '../index.ts'
import { type Cases, newRun } from './case.ts'
import { failure, ok, same } from './expect.ts'

export const traceCases: Cases = {
  async 'sends a trace with its spans, and reads it back'(client) {
    const { experiment_id } = (await newRun(client)).info
    let trace_id = ''
    const options = { experiment_id, name: 'answer', span_type: 'AGENT', inputs: { question: '?' }, tags: { team: 'risk' } }
    const given = await traced(client, options, async (span) => {
      trace_id = span.trace.trace_id
      return span.span('model', { span_type: 'LLM', inputs: ['?'] }, (inner) => {
        inner.setAttributes({ 'mlflow.chat.tokenUsage': { input_tokens: 3, output_tokens: 4, total_tokens: 7 } })
        inner.addEvent('first token', { ms: 12 })
        return 42
      })
    })
    same(given, 42)
    const { trace } = await client.traces.get({ trace_id })
    same([trace.trace_info.state, trace.trace_info.tags.team, trace.trace_info.tags['mlflow.traceName']], ['OK', 'risk', 'answer'])
    same(
      trace.spans?.map(({ name }) => name),
      ['answer', 'model'],
    )
    same(typeof trace.spans?.[0]?.start_time_unix_nano, 'bigint')
    const found = await client.traces.search({
      locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }],
      filter: "tags.team = 'risk'",
    })
    same(
      found.traces?.map((one) => one.trace_id),
      [trace_id],
    )
  },

  async 'ends a trace as ERROR when its work throws'(client) {
    const { experiment_id } = (await newRun(client)).info
    let trace_id = ''
    const work = traced(client, { experiment_id, name: 'breaks' }, (span) => {
      trace_id = span.trace.trace_id
      return span.span('inner', {}, () => {
        throw new Error('no model')
      })
    })
    same((await failure(work)).message, 'no model')
    same((await client.traces.getInfo({ trace_id })).trace.trace_info.state, 'ERROR')
  },

  async 'judges a trace, changes its tags, and deletes it'(client) {
    const { experiment_id } = (await newRun(client)).info
    const trace = startTrace(client, { experiment_id, name: 'judged' })
    await trace.end()
    const { trace_id } = trace
    const made = await client.traces.createAssessment({
      trace_id,
      assessment: {
        assessment_name: 'correct',
        source: { source_type: 'HUMAN', source_id: 'ann' },
        feedback: { value: true },
      },
    })
    const assessment_id = String(made.assessment.assessment_id)
    const { assessment } = await client.traces.getAssessment({ trace_id, assessment_id })
    same([assessment.assessment_name, assessment.feedback?.value], ['correct', true])
    await client.traces.updateTags({ trace_id, key: 'seen', value: 'yes' })
    same((await client.traces.getInfo({ trace_id })).trace.trace_info.tags.seen, 'yes')
    const { traces_deleted } = await client.traces.deleteTraces({ experiment_id, request_ids: [trace_id] })
    ok(traces_deleted === 1, `${traces_deleted} were deleted`)
  },
}
