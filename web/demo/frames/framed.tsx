/** A part of the site in a frame on a brand's page, which gives it the session and has the customer's account. */
import { type Ask, askOver, askRenewing, type ConnectLive, createRoute, liveOver, type Session } from '@furlong/client';
import { LocaleProvider } from '@furlong/club';
import { converse } from '@furlong/frame/src/conversation';
import type { AccountPart, Embedding, FrameMessage, View } from '@furlong/frame/src/messages';
import { begin, readPlace, readWanted } from '@furlong/frame/src/place';
import { type ComponentType, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';

import type { Part } from '../money/parts';
import { tellingOfMoney } from './tellingOfMoney';
import '@furlong/club/src/ui/base.css';
import '@furlong/club/src/ui/tracker.css';
import '../page.css';
import '../events/events.css';
import '../money/money.css';
import './frames.css';

export interface FramedProps {
  readonly ask: Ask;
  readonly live: ConnectLive;
  readonly session: Session;
  readonly tell: (message: FrameMessage) => void;
  /** Counts how often the page has said that money moved. */
  readonly moved: number;
}

const ENDPOINT = new URL('/graphql', window.location.href).href;
const ACCOUNT: Readonly<Record<Part, AccountPart>> = { history: 'balance', limits: 'limits', breaks: 'breaks' };

/** Asks the page around the frame for a part of the customer's account. */
export function askForMoney(tell: FramedProps['tell'], part: Part): void {
  tell({ type: 'furlong:money-asked', part: ACCOUNT[part] });
}

/** Shows a part of the site in this frame. */
export function showFramed(Framed: ComponentType<FramedProps>): void {
  const element = document.getElementById('root');
  if (element === null) throw new Error('the page has no #root');
  const root = createRoot(element);
  const embedding = readPlace();
  if (embedding !== null) show(root, embedding, Framed);
  else root.render(<p data-testid="not-framed">This page is shown in the pages of a betting site.</p>);
}

function show(root: Root, embedding: Embedding, Framed: ComponentType<FramedProps>): void {
  const { locale, theme } = readWanted();
  if (theme !== 'auto') document.documentElement.style.colorScheme = theme;
  let session: Session = { brand: embedding.brand, token: null, customer: null };
  let moved = 0;
  const conversation = converse(embedding, window.parent, {
    session(next) {
      session = next;
      render();
    },
    moneyMoved() {
      moved += 1;
      render();
    },
    slip: () => undefined,
    betPlaced: () => undefined,
    view: keepInView,
  });
  const { tell, tokens } = conversation;
  const route = createRoute((input, init) => fetch(input, init));
  const ask = tellingOfMoney(askRenewing(askOver(route.fetch, ENDPOINT, locale.tag), tokens), tell);
  const live = liveOver(ENDPOINT, locale.tag, route);

  function render(): void {
    root.render(
      <StrictMode>
        <LocaleProvider value={locale}>
          <Framed ask={ask} live={live} session={session} tell={tell} moved={moved} />
        </LocaleProvider>
      </StrictMode>,
    );
  }

  render();
  document.addEventListener('click', (event) => followWithin(event, tell));
  begin(conversation, embedding);
}

/** What stays in the window, or is as high, goes by these. */
function keepInView({ top, height }: View): void {
  const { style } = document.documentElement;
  style.setProperty('--view-start', `${Math.max(top, 0)}px`);
  style.setProperty('--view-end', `${top + height}px`);
  style.setProperty('--view-height', `${height}px`);
}

/** Where the frame is as high as its contents, only the page around it can scroll to where a link leads. */
function followWithin({ target }: MouseEvent, tell: FramedProps['tell']): void {
  const link = target instanceof Element ? target.closest('a[href^="#"]') : null;
  const goal = link === null ? null : document.getElementById(link.getAttribute('href')?.slice(1) ?? '');
  if (goal !== null) tell({ type: 'furlong:show', top: Math.round(goal.getBoundingClientRect().top + window.scrollY) });
}
