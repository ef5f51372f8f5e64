import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { ALIAS, CSS_TARGET } from './alias.ts';

// Builds the frames of sports and of the lobby after the club's, which shares no script with them, into the same folder.
export default defineConfig({
  plugins: [react()],
  resolve: { alias: ALIAS },
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    cssTarget: CSS_TARGET,
    reportCompressedSize: false,
    rolldownOptions: { input: ['embed-sports.html', 'embed-lobby.html'] },
  },
});
