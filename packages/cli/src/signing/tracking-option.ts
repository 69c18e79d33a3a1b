import type { Option } from '@millrace/server/config'

/** The server that is asked. */
export const trackingOption: Option = {
  flag: 'tracking-uri',
  variables: ['MLFLOW_TRACKING_URI'],
  value: '<url>',
  about: 'The server; its login is in MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD',
  group: 'Server',
}
