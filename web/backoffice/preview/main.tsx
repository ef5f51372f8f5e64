/**
 * Shows a draft in the widget.
 *
 * The page has no origin and connects nowhere: the screen around it says what the graph would answer.
 */
import { localeFor, Widget } from '@furlong/club';
import type { Ask, Session } from '@furlong/client';
import { createRoot } from 'react-dom/client';

import { isShown, type Shown, type Told } from './message';
import '@furlong/club/src/ui/base.css';
import '@furlong/club/src/ui/tracker.css';
import './preview.css';

const CUSTOMER = 'preview';
/** What is left above the reward, in pixels. */
const ABOVE = 16;

/** Answer the widget's operations by what the screen said; nothing can be changed here. */
function askFrom({ club, records }: Shown): Ask {
  const answers: Readonly<Record<string, unknown>> = {
    Club: { club },
    RecentBets: { club: { id: club.id, progress: { recentBets: records.recentBets } } },
    PastWeeks: { recentClubs: records.pastWeeks },
    TermsSummary: { club: { id: club.id, terms: { version: club.terms.version, summary: records.termsSummary } } },
  };
  return (operation) => Promise.resolve({ data: (answers[operation.name] ?? null) as never, faults: [] });
}


const element = document.getElementById('root');
if (element === null) throw new Error('preview.html has no element #root');
const root = createRoot(element);
const nothingPlaced: { current: (() => void) | null } = { current: null };
let shows = 0;

function show(shown: Shown): void {
  const locale = localeFor([shown.locale]);
  document.documentElement.lang = locale.tag;
  document.documentElement.dir = locale.direction;
  document.documentElement.style.colorScheme = shown.theme;
  const session: Session = { brand: shown.brand, token: 'preview', customer: CUSTOMER };
  shows += 1;
  root.render(
    <Widget
      key={shows}
      ask={askFrom(shown)}
      live={null}
      session={session}
      locale={locale}
      theme={shown.theme}
      slip={null}
      onStatus={({ kind }) => {
        if (kind !== 'nothing') tell({ type: 'furlong-preview:drawn' });
        openDetails(shown.reward);
      }}
      betPlacedRef={nothingPlaced}
    />,
  );
}

/** Open the details, which contain the rewards, and scroll to the one that the draft is about. */
function openDetails(reward: string): void {
  requestAnimationFrame(() => {
    const toggle = document.querySelector<HTMLButtonElement>('[data-testid="club-details"]');
    if (toggle?.getAttribute('aria-expanded') === 'false') toggle.click();
    requestAnimationFrame(() => scrollToReward(reward));
  });
}

/** Scroll this page alone: the screen around it stays where it is. */
function scrollToReward(reward: string): void {
  const cards = [...document.querySelectorAll('[data-testid^="option-"]')];
  const card = cards.find((one) => one.getAttribute('data-testid')?.split(':')[1] === reward);
  if (card !== undefined) window.scrollTo({ top: card.getBoundingClientRect().top + window.scrollY - ABOVE });
}

function tell(told: Told): void {
  window.parent.postMessage(told, '*'); // its messages are not secret, and only the screen may frame this page
}

if (window.parent !== window) {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source === window.parent && isShown(event.data)) show(event.data);
  });
  new ResizeObserver(() => {
    tell({ type: 'furlong-preview:height', height: Math.ceil(document.body.getBoundingClientRect().height) });
  }).observe(document.body);
  tell({ type: 'furlong-preview:ready' });
}
