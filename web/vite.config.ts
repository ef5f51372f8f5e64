import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

import { ALIAS, CSS_TARGET } from './alias.ts';

// The gateway that `npm run dev` connects to; `make demo` starts it at this address.
const GATEWAY = process.env['FURLONG_DEV_URL'] ?? 'http://127.0.0.1:8000';

const MANIFESTS = ['packages/client/src/generated', 'demo/generated'].map(
  (folder) => new URL(`${folder}/persisted-documents.json`, import.meta.url),
);

/** Puts the manifest of the widget's and the page's documents beside the page, where `furlong serve` finds it. */
function manifest(): Plugin {
  return {
    name: 'furlong-manifest',
    generateBundle() {
      const documents = MANIFESTS.map((file) => JSON.parse(readFileSync(fileURLToPath(file), 'utf-8')) as object);
      const source = JSON.stringify(Object.assign({}, ...documents), null, 2);
      this.emitFile({ type: 'asset', fileName: 'documents/persisted-documents.json', source });
    },
  };
}

export default defineConfig({
  plugins: [react(), manifest()],
  resolve: { alias: ALIAS },
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    cssTarget: CSS_TARGET,
    reportCompressedSize: false,
    rolldownOptions: { input: ['index.html', 'gallery.html'] },
  },
  // GraphiQL has its own build; its workers are not served by the development server.
  optimizeDeps: { entries: ['index.html', 'embed.html', 'gallery.html'] },
  server: {
    proxy: { '/graphql': GATEWAY, '/demo': GATEWAY, '/clock': GATEWAY },
    // The operations are read from ../contracts.
    fs: { allow: ['..'] },
  },
});
