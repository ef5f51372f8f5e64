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

/** Monaco carries old copies of libraries, which no lock file names and no advisory reaches: the packages stand in. */
function withoutCopies(): Plugin {
  const packages: readonly (readonly [string, string])[] = [
    ['/monaco-editor/esm/vs/base/browser/dompurify/dompurify.js', "import purify from 'dompurify';\nexport const { addHook, removeHook, sanitize } = purify;\n"],
    ['/monaco-editor/esm/vs/base/common/marked/marked.js', "export * from 'marked';\n"],
  ];
  return {
    name: 'without-copies',
    enforce: 'pre',
    load: (id) => packages.find(([copy]) => id.endsWith(copy))?.[1] ?? null,
  };
}

/** GraphiQL titles its icons by their functions' names, which minification shortens: the build writes the names in. */
function titledIcons(): Plugin {
  return {
    name: 'titled-icons',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/@graphiql/react/dist/icons/index.js')) return null;
      const named = code.replaceAll(/= generateIcon\((Svg\w+)\)/gu, "= generateIcon($1, '$1')");
      return named.replace('function generateIcon(RawComponent)', 'function generateIcon(RawComponent, name)').replace('RawComponent.name', 'name');
    },
  };
}

/** Beside a pane an editor has room for forty characters: they are smaller, and longer lines are wrapped. */
function wrappedLines(): Plugin {
  return {
    name: 'wrapped-lines',
    enforce: 'pre',
    transform: (code, id) => (id.endsWith('/utility/create-editor.js') ? code.replace('fontSize: 15', "fontSize: 13, wordWrap: 'on'") : null),
  };
}

/** The documentation explorer, with what renders its Markdown, is a fifth of GraphiQL's own script; it comes when it is opened. */
function lazyDocExplorer(): Plugin {
  return {
    name: 'lazy-doc-explorer',
    enforce: 'pre',
    resolveId: (source, importer = '') =>
      source === './components/doc-explorer.js' && importer.endsWith('/plugin-doc-explorer/dist/context.js') ? local('graphiql/DocExplorer.tsx') : null,
  };
}

const SESSION = local('graphiql/session.ts');

/** Has the browser run what asks the server, a script of its own, before the large ones are there. */
function earlySession(): Plugin {
  return {
    name: 'early-session',
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle = {} }) {
        const scripts = Object.values(bundle).filter((each) => each.type === 'chunk' && each.moduleIds.includes(SESSION));
        return scripts.map(({ fileName }) => ({ tag: 'script', attrs: { type: 'module', async: true, crossorigin: true, src: `/graphiql/${fileName}` }, injectTo: 'head-prepend' }));
      },
    },
  };
}

/** Has the browser load the editors and their styles with the page, and not only when its script asks for them. */
function preloaded(): Plugin {
  return {
    name: 'preloaded',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
        const editor = chunks.filter(({ facadeModuleId, name }) => facadeModuleId?.includes('/monaco-graphql/esm/') ?? name === 'mouseTarget');
        const scripts = new Set(editor.flatMap(({ fileName, imports }) => [fileName, ...imports]));
        const styles = Object.keys(bundle).filter((file) => /monaco-editor-[^/]*\.css$/u.test(file));
        const tag = (rel: string) => (file: string) => ({ tag: 'link', attrs: { rel, crossorigin: true, href: `/graphiql/${file}` }, injectTo: 'head' as const });
        return [...styles.map(tag('stylesheet')), ...[...scripts].filter((file) => !html.includes(file)).map(tag('modulepreload'))];
      },
    },
  };
}

// Builds GraphiQL after the page, into the same folder, as a page of its own with its large editor code.
export default defineConfig({
  root: fileURLToPath(new URL('graphiql', import.meta.url)),
  base: '/graphiql/',
  plugins: [withoutFonts(), withoutDiffEditor(), withoutCopies(), titledIcons(), wrappedLines(), lazyDocExplorer(), earlySession(), preloaded(), react()],
  resolve: {
    alias: [...ALIAS, { find: 'monaco-editor/esm/vs/editor/edcore.main.js', replacement: local('graphiql/editor.ts') }],
  },
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('dist/graphiql', import.meta.url)),
    emptyOutDir: false,
    target: 'es2022',
    reportCompressedSize: false,
    // Monaco is one large library; splitting it would only add requests.
    chunkSizeWarningLimit: 8000,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'session', test: SESSION }] } },
      onLog(level, log, tell) {
        // GraphiQL ships hints for a compiler that has already been run on it.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') tell(level, log);
      },
    },
  },
});
