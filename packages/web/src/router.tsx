import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { readAuditView } from './audits/view.ts'
import { preloadCompared } from './compare/preload.ts'
import { ExperimentsPage } from './experiments/ExperimentsPage.tsx'
import { readInventoryView } from './inventory/view.ts'
import { RunsPage } from './runs/RunsPage.tsx'
import { readView } from './runs/view.ts'
import { Broken, NothingHere } from './shell/Problems.tsx'
import { Shell } from './shell/Shell.tsx'
import { workspaceNamed } from './workspace.ts'

// What the address said when the page was loaded.
let first: { readonly workspace?: string | undefined } | undefined

// MLflow's clients print addresses such as `/#/experiments/1/runs/2f1c…`: these are the same.
const root = createRootRoute({
  component: Shell,
  notFoundComponent: NothingHere,
  errorComponent: Broken,
  validateSearch: (search: Record<string, unknown>): { workspace?: string | undefined } => {
    const named = workspaceNamed(search.workspace)
    return named === undefined ? {} : { workspace: named }
  },
  // Every link of a workspace's pages stays in it.
  search: { middlewares: [retainSearchParams(['workspace'])] },
  beforeLoad: ({ search, preload }) => {
    if (preload) return
    first ??= search
    if (search.workspace === first.workspace) return
    // Nothing of the other workspace is drawn by what was loaded for this one.
    location.reload()
    return new Promise<never>(() => {})
  },
})
const page = <const P extends string>(path: P) => ({ getParentRoute: () => root, path })

const home = createRoute({
  ...page('/'),
  beforeLoad: () => {
    throw redirect({ to: '/experiments' })
  },
})
const experiments = createRoute({ ...page('/experiments'), component: ExperimentsPage })
const runs = createRoute({ ...page('/experiments/$experimentId'), component: RunsPage, validateSearch: readView })
const run = createRoute({
  ...page('/experiments/$experimentId/runs/$runId'),
  component: lazyRouteComponent(() => import('./run/RunPage.tsx'), 'RunPage'),
  validateSearch: (
    search: Record<string, unknown>,
  ): { tab?: string | undefined; path?: string | undefined; model?: string | undefined } => ({
    ...(typeof search.tab === 'string' && { tab: search.tab }),
    ...(typeof search.path === 'string' && { path: search.path }),
    ...(typeof search.model === 'string' && { model: search.model }),
  }),
})
const compare = createRoute({
  ...page('/compare'),
  component: lazyRouteComponent(() => import('./compare/ComparePage.tsx'), 'ComparePage'),
  validateSearch: (search: Record<string, unknown>): { runs: string } => ({ runs: typeof search.runs === 'string' ? search.runs : '' }),
  loaderDeps: ({ search }) => search,
  // Not waited for: the page has its own way to say that something is under way.
  loader: ({ deps, cause }) => void preloadCompared(deps.runs, cause !== 'preload'),
})
const models = createRoute({ ...page('/models'), component: lazyRouteComponent(() => import('./models/ModelsPage.tsx'), 'ModelsPage') })
const model = createRoute({ ...page('/models/$name'), component: lazyRouteComponent(() => import('./models/ModelPage.tsx'), 'ModelPage') })
const version = createRoute({
  ...page('/models/$name/versions/$version'),
  component: lazyRouteComponent(() => import('./models/VersionPage.tsx'), 'VersionPage'),
})
const rollouts = createRoute({
  ...page('/rollouts'),
  component: lazyRouteComponent(() => import('./models/RolloutsPage.tsx'), 'RolloutsPage'),
})
const prompts = createRoute({
  ...page('/prompts'),
  component: lazyRouteComponent(() => import('./prompts/PromptsPage.tsx'), 'PromptsPage'),
})
const prompt = createRoute({
  ...page('/prompts/$name'),
  component: lazyRouteComponent(() => import('./prompts/PromptPage.tsx'), 'PromptPage'),
})
const requests = createRoute({
  ...page('/requests'),
  component: lazyRouteComponent(() => import('./trust/RequestsPage.tsx'), 'RequestsPage'),
})
const inventory = createRoute({
  ...page('/inventory'),
  component: lazyRouteComponent(() => import('./inventory/InventoryPage.tsx'), 'InventoryPage'),
  validateSearch: readInventoryView,
})
const audits = createRoute({ ...page('/audits'), component: lazyRouteComponent(() => import('./audits/AuditsPage.tsx'), 'AuditsPage') })
const audit = createRoute({
  ...page('/audits/$auditId'),
  component: lazyRouteComponent(() => import('./audits/AuditPage.tsx'), 'AuditPage'),
  validateSearch: readAuditView,
})
const account = createRoute({ ...page('/account'), component: lazyRouteComponent(() => import('./admin/AccountPage.tsx'), 'AccountPage') })
const admin = createRoute({
  ...page('/admin'),
  beforeLoad: () => {
    throw redirect({ to: '/admin/$section', params: { section: 'users' } })
  },
})
const adminSection = createRoute({
  ...page('/admin/$section'),
  component: lazyRouteComponent(() => import('./admin/AdminPage.tsx'), 'AdminPage'),
})
const trace = createRoute({
  ...page('/experiments/$experimentId/traces/$traceId'),
  component: lazyRouteComponent(() => import('./traces/TracePage.tsx'), 'TracePage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    experiments,
    runs,
    run,
    compare,
    models,
    model,
    version,
    rollouts,
    prompts,
    prompt,
    trace,
    requests,
    inventory,
    audits,
    audit,
    account,
    admin,
    adminSection,
  ]),
  history: createHashHistory(),
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
