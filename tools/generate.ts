// `npm run generate`: writes what is made from endpoints, flags and tests: the client's methods and pages of docs/.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditorsTable, withTable } from '../packages/audit/src/testing/answers.ts'
import { endpoints } from '../packages/server/src/app.ts'
import { API_FILE, apiPage } from './generate-api.ts'
import { CLIENT_FILE, clientSource } from './generate-client.ts'
import { CONFIGURATION_FILE, configurationPage } from './generate-configuration.ts'
import { SECURITY_FILE, securityPage } from './generate-security.ts'
import { schemaNames } from './generate-types.ts'
import { ROOT, readCheckout } from './tidy/checkout.ts'

const { texts } = readCheckout()
writeFileSync(join(ROOT, CLIENT_FILE), clientSource(endpoints, ROOT, await schemaNames(texts, ROOT)))
writeFileSync(join(ROOT, API_FILE), apiPage(endpoints, texts))
writeFileSync(join(ROOT, CONFIGURATION_FILE), configurationPage())
writeFileSync(join(ROOT, SECURITY_FILE), securityPage(texts))
const readme = join(ROOT, 'README.md')
writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), await auditorsTable()))
