/** Mounts the club in a frame on a brand's site. */
import { askOver, askRenewing, createRoute, liveOver, type Session } from '@furlong/client';
import { localeFor, Widget, type Slip } from '@furlong/club';
import { createRoot, type Root } from 'react-dom/client';

import { converse, originsAround } from './conversation';
import { readEmbedding, type Embedding } from './messages';
import './frame.css';
import '@furlong/club/src/ui/tracker.css';

const ENDPOINT = new URL('/graphql', window.location.href).href;

function show(root: Root, embedding: Embedding): void {
  const wanted = new URLSearchParams(window.location.search);
  const language = wanted.get('lang');
  const theme = wanted.get('theme');
  const locale = localeFor(language === null ? navigator.languages : [language]);
  document.documentElement.lang = locale.tag;
  document.documentElement.dir = locale.direction;

  const betPlaced: { current: (() => void) | null } = { current: null };
  let session: Session = { brand: embedding.brand, token: null, customer: null };
  let slip: Slip | null = null;
  const { tokens, tell, hear } = converse(embedding, window.parent, {
    session(next) {
      session = next;
      render();
    },
    slip(next) {
      slip = next;
      render();
    },
    betPlaced: () => betPlaced.current?.(),
  });
  const route = createRoute((input, init) => fetch(input, init));
  const parts = {
    ask: askRenewing(askOver(route.fetch, ENDPOINT, locale.tag), tokens),
    live: liveOver(ENDPOINT, locale.tag, route),
    locale,
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    betPlacedRef: betPlaced,
    onStatus: (status: Parameters<Parameters<typeof Widget>[0]['onStatus']>[0]) => tell({ type: 'furlong:state', status }),
  } as const;

  function render(): void {
    root.render(<Widget {...parts} session={session} slip={slip} />);
  }

  render();
  window.addEventListener('message', hear);
  new ResizeObserver(() => {
    tell({ type: 'furlong:height', height: Math.ceil(document.body.getBoundingClientRect().height) });
  }).observe(document.body);
  for (const origin of originsAround(embedding, window.location)) window.parent.postMessage({ type: 'furlong:ready' }, origin);
}

const element = document.getElementById('root');
if (element === null) throw new Error('embed.html has no #root');
const root = createRoot(element);
const embedding = readEmbedding(document.querySelector<HTMLMetaElement>('meta[name="furlong-embed"]')?.content ?? '');
if (embedding !== null && window.parent !== window) show(root, embedding);
else root.render(<p data-testid="not-framed">This page is shown in the pages of a betting site.</p>);
