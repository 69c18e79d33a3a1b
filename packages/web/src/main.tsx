import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queries } from './api.ts'
import { router } from './router.tsx'
import { currentSession } from './session.ts'
import { applyTheme } from './shell/theme.ts'
import './style/base.css'
import './style/shell.css'
import './style/tables.css'
import './style/pages.css'
import './style/kept.css'

applyTheme()
// Searches wait for its proof (they are POSTs): it is on its way before anything is drawn.
void currentSession()
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
