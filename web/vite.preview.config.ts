import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

import { ALIAS, CSS_TARGET, SMALLER_LIBRARIES } from './alias.ts';

// Builds the back office's preview: the widget as it is built for the frame, in a page with an opaque origin.
export default defineConfig({
  root: fileURLToPath(new URL('backoffice/preview', import.meta.url)),
  base: '/backoffice/preview/',
  resolve: { alias: [...SMALLER_LIBRARIES, ...ALIAS] },
  build: {
    outDir: fileURLToPath(new URL('dist/backoffice/preview', import.meta.url)),
    emptyOutDir: false,
    target: 'es2022',
    cssTarget: CSS_TARGET,
    reportCompressedSize: false,
    rolldownOptions: { input: fileURLToPath(new URL('backoffice/preview/preview.html', import.meta.url)) },
  },
});
