import { defineConfig } from 'vite';

import { ALIAS, CSS_TARGET, SMALLER_LIBRARIES } from './alias.ts';

// Builds the page of the frame after the demo's page, into the same folder.
export default defineConfig({
  resolve: { alias: [...SMALLER_LIBRARIES, ...ALIAS] },
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    cssTarget: CSS_TARGET,
    reportCompressedSize: false,
    rolldownOptions: { input: ['embed.html'] },
  },
});
