import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Builds GraphiQL after the page, into the same folder, as a page of its own with its large editor code.
export default defineConfig({
  root: fileURLToPath(new URL('graphiql', import.meta.url)),
  base: '/graphiql/',
  plugins: [react()],
  resolve: {
    alias: { '@contracts': fileURLToPath(new URL('../contracts', import.meta.url)) },
  },
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('dist/graphiql', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: false,
    // Monaco is one large library; splitting it would only add requests.
    chunkSizeWarningLimit: 8000,
    rolldownOptions: {
      onLog(level, log, tell) {
        // GraphiQL ships hints for a compiler that has already been run on it.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') tell(level, log);
      },
    },
  },
});
