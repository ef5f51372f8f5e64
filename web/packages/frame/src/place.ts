/** The place of a frame in the page around it: what its address asks for, its height, and that it is there. */
import { localeFor, type Locale } from '@furlong/club';

import { type Conversation, originsAround } from './conversation';
import { type Embedding, readEmbedding } from './messages';

export interface Wanted {
  readonly locale: Locale;
  readonly theme: 'light' | 'dark' | 'auto';
}

/** What the address asks for by `lang` and `theme`; the document's language becomes that. */
export function readWanted(): Wanted {
  const wanted = new URLSearchParams(window.location.search);
  const language = wanted.get('lang');
  const theme = wanted.get('theme');
  const locale = localeFor(language === null ? navigator.languages : [language]);
  document.documentElement.lang = locale.tag;
  document.documentElement.dir = locale.direction;
  return { locale, theme: theme === 'light' || theme === 'dark' ? theme : 'auto' };
}

/** What the server has written into the page; null if it is not shown in a frame of a brand. */
export function readPlace(): Embedding | null {
  const embedding = readEmbedding(document.querySelector<HTMLMetaElement>('meta[name="furlong-embed"]')?.content ?? '');
  return window.parent === window ? null : embedding;
}

/** Listens, tells the page each height of the contents, and says that the frame is ready. */
export function begin({ tell, hear }: Conversation, embedding: Embedding): void {
  window.addEventListener('message', hear);
  new ResizeObserver(() => {
    tell({ type: 'furlong:height', height: Math.ceil(document.body.getBoundingClientRect().height) });
  }).observe(document.body);
  for (const origin of originsAround(embedding, window.location)) window.parent.postMessage({ type: 'furlong:ready' }, origin);
}
