import { fileURLToPath } from 'node:url';

import { defineConfig, type UserConfig } from 'vite';

import { ALIAS, CSS_TARGET, SMALLER_LIBRARIES } from './alias.ts';

/** Modules that the page using the package must provide. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = { react: ['react', '@furlong/element'] };
const ENTRIES: Readonly<Record<string, readonly [string, string]>> = {
  client: ['src/index.ts', 'index'],
  element: ['src/index.ts', 'furlong-club'],
  frame: ['src/host.ts', 'furlong-frame'],
  react: ['src/index.ts', 'index'],
};

/** Those that pages load without a bundler. */
const LOADED: ReadonlySet<string> = new Set(['element', 'frame']);

// Builds the package whose name is the mode: one file, whose name never changes.
export default defineConfig(({ mode }): UserConfig => {
  const [entry, fileName] = ENTRIES[mode] ?? [];
  if (entry === undefined || fileName === undefined) throw new Error(`there is no package ${mode}`);
  const folder = (path: string) => fileURLToPath(new URL(`packages/${mode}/${path}`, import.meta.url));
  const external = LEFT_OUT[mode] ?? [];
  return {
    resolve: { alias: external.length > 0 ? [] : [...SMALLER_LIBRARIES, ...ALIAS] },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: folder('dist'),
      emptyOutDir: true,
      target: 'es2022',
      cssTarget: CSS_TARGET,
      minify: true,
      reportCompressedSize: false,
      lib: { entry: folder(entry), formats: ['es'], fileName: () => `${fileName}.js` },
      // Vite minifies neither whitespace nor annotations of libraries, but browsers load these scripts directly.
      rolldownOptions: { external: [...external], output: { minify: true, comments: { annotation: !LOADED.has(mode) } } },
    },
  };
});
