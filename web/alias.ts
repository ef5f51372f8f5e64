/** Options shared by all builds: package names, which resolve to their sources, and supported browsers. */
import { fileURLToPath } from 'node:url';

function folder(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

export const ALIAS = [
  { find: '@contracts', replacement: folder('../contracts') },
  { find: /^@furlong\/(client|club)$/u, replacement: folder('packages/$1/src/index.ts') },
  { find: /^@furlong\/(.+)$/u, replacement: folder('packages/$1') },
];

/** What stands in for larger libraries in the element and the frame: Preact is a tenth of React's size. */
export const SMALLER_LIBRARIES = [
  // Of Preact as well, and for pages that are translated.
  { find: /^react\/jsx-runtime$/u, replacement: folder('packages/club/src/ui/jsxRuntime.ts') },
  { find: /^react-dom\/client$/u, replacement: folder('packages/club/src/ui/root.ts') },
  { find: /^react$/u, replacement: 'preact/compat' },
];

/** Browsers that support light-dark(), with which the widget follows the page's colour scheme. */
export const CSS_TARGET = ['chrome123', 'safari17.5', 'firefox120'];
