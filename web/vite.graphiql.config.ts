import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

import { ALIAS } from './alias.ts';

function local(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** The fonts in GraphiQL's style sheet, half a megabyte of text that blocks the first paint; `page.css` names others. */
const FONTS = /@font-face\s*\{[^}]*font-family:\s*["']?(?:Roboto|Fira Code)[^}]*\}/gu;

function withoutFonts(): Plugin {
  return {
    name: 'without-fonts',
    enforce: 'pre',
    transform: (code, id) => (id.endsWith('/graphiql/dist/style.css') ? code.replace(FONTS, '') : null),
  };
}

/** Monaco's view of two texts, which GraphiQL never opens, is a tenth of its script; only its name is needed. */
function withoutDiffEditor(): Plugin {
  const stub = 'export class DiffEditorWidget {}\n';
  return {
    name: 'without-diff-editor',
    enforce: 'pre',
    load: (id) => (id.endsWith('/widget/diffEditor/diffEditorWidget.js') ? stub : null),
  };
}

/** Has the browser load the editors with the page, and not only when its script asks for them. */
function preloaded(): Plugin {
  return {
    name: 'preloaded',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
        const editor = chunks.filter(({ facadeModuleId, name }) => facadeModuleId?.includes('/monaco-graphql/esm/') ?? name === 'mouseTarget');
        const files = new Set(editor.flatMap(({ fileName, imports }) => [fileName, ...imports]));
        return [...files].filter((file) => !html.includes(file)).map((file) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/graphiql/${file}` }, injectTo: 'head' }));
      },
    },
  };
}

// Builds GraphiQL after the page, into the same folder, as a page of its own with its large editor code.
export default defineConfig({
  root: fileURLToPath(new URL('graphiql', import.meta.url)),
  base: '/graphiql/',
  plugins: [withoutFonts(), withoutDiffEditor(), preloaded(), react()],
  resolve: {
    alias: [...ALIAS, { find: 'monaco-editor/esm/vs/editor/edcore.main.js', replacement: local('graphiql/editor.ts') }],
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
