import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { ALIAS } from './alias.ts';
import { icons } from './icons/icons.ts';

// Builds the back office's screens; `furlong backoffice serve` serves them under /backoffice/.
export default defineConfig({
  root: fileURLToPath(new URL('backoffice', import.meta.url)),
  base: '/backoffice/',
  plugins: [icons(), react()],
  resolve: { alias: ALIAS },
  build: {
    outDir: fileURLToPath(new URL('dist/backoffice', import.meta.url)),
    emptyOutDir: false,
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      onLog(level, log, tell) {
        // The component library marks its files for a server renderer, which is not used here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') tell(level, log);
      },
    },
  },
  server: { proxy: { '^/backoffice/(graphql|session|oidc|images)': 'http://127.0.0.1:8100' } },
});
