/** Mounts the club in a frame on a brand's site. */
import { askOver, askRenewing, createRoute, liveOver, type Session } from '@furlong/client';
import { Widget, type Slip } from '@furlong/club';
import { createRoot, type Root } from 'react-dom/client';

import { converse } from './conversation';
import type { Embedding } from './messages';
import { begin, readPlace, readWanted } from './place';
import './frame.css';
import '@furlong/club/src/ui/tracker.css';

const ENDPOINT = new URL('/graphql', window.location.href).href;

function show(root: Root, embedding: Embedding): void {
  const { locale, theme } = readWanted();
  const betPlaced: { current: (() => void) | null } = { current: null };
  let session: Session = { brand: embedding.brand, token: null, customer: null };
  let slip: Slip | null = null;
  const conversation = converse(embedding, window.parent, {
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
    ask: askRenewing(askOver(route.fetch, ENDPOINT, locale.tag), conversation.tokens),
    live: liveOver(ENDPOINT, locale.tag, route),
    locale,
    theme,
    betPlacedRef: betPlaced,
    onStatus: (status: Parameters<Parameters<typeof Widget>[0]['onStatus']>[0]) => conversation.tell({ type: 'furlong:state', status }),
  } as const;

  function render(): void {
    root.render(<Widget {...parts} session={session} slip={slip} />);
  }

  render();
  begin(conversation, embedding);
}

const element = document.getElementById('root');
if (element === null) throw new Error('embed.html has no #root');
const root = createRoot(element);
const embedding = readPlace();
if (embedding !== null) show(root, embedding);
else root.render(<p data-testid="not-framed">This page is shown in the pages of a betting site.</p>);
