import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The gateway that `npm run dev` connects to; `make demo` starts it at this address.
const GATEWAY = process.env['FURLONG_DEV_URL'] ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: { '@contracts': fileURLToPath(new URL('../contracts', import.meta.url)) },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: false,
    rolldownOptions: { input: ['index.html', 'embed.html'] },
  },
  // GraphiQL has its own build; its workers are not served by the development server.
  optimizeDeps: { entries: ['index.html', 'embed.html'] },
  server: {
    proxy: { '/graphql': GATEWAY, '/demo': GATEWAY, '/clock': GATEWAY },
    // The operations are read from ../contracts.
    fs: { allow: ['..'] },
  },
  // A generous limit, because no test depends on the speed of the machine.
  test: { environment: 'node', include: ['tests/**/*.test.ts'], testTimeout: 120_000 },
});
