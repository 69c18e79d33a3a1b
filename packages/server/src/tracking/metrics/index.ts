import type { Endpoint } from '../../http/endpoint.ts'
import { getHistory } from './get-history.ts'
import { getHistoryBulk } from './get-history-bulk.ts'
import { getHistoryBulkInterval } from './get-history-bulk-interval.ts'
import { metricSeries } from './series.ts'

export { latestValues } from './latest-values.ts'
export { Metric, type MetricPoint, metricKey } from './metric.ts'

export const metricEndpoints: readonly Endpoint[] = [getHistory, getHistoryBulk, getHistoryBulkInterval, metricSeries]
