import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The server sends these files itself (server/src/docs/web.ts): nothing inline, since its policy allows no inline script or style.
export default defineConfig({
  base: './',
  plugins: [react()],
  resolve: { conditions: ['source', 'module', 'browser', 'import'] },
  build: {
    outDir: '../server/src/docs/web',
    emptyOutDir: true,
    assetsDir: 'web',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
  },
  server: { proxy: { '/api': 'http://127.0.0.1:5000', '/ajax-api': 'http://127.0.0.1:5000' } },
})
