import type { Endpoint } from '../http/endpoint.ts'
import { apiPage } from './api.ts'
import { asset } from './assets.ts'
import { landingPage } from './landing.ts'
import { openapi } from './openapi.ts'
import { previewFrame } from './preview-frame.ts'
import { webAsset } from './web-file.ts'

export { withPage } from './web.ts'

export const docsEndpoints: readonly Endpoint[] = [openapi, apiPage, landingPage, asset, webAsset, previewFrame]
