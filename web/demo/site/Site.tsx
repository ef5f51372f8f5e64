/** The pages of a brand's site: events, the customer's bets and the casino, with the slip and the club beside them. */
import type { Ask, ConnectLive, Session } from '@furlong/client';
import { useLocale } from '@furlong/club';
import { useEffect, useMemo, useState } from 'react';

import type { FreeBet } from '../betting/freeBets';
import { BetsPage } from '../betting/list/BetsPage';
import { betWords } from '../betting/words';
import { dayAfter } from '../events/days';
import type { Choice } from '../events/EventFilters';
import { EventList } from '../events/EventList';
import type { Picked } from '../events/picked';
import { useBoard } from '../events/useBoard';
import { FreeSpinsNotice } from '../lobby/FreeSpinsNotice';
import { LobbyPage } from '../lobby/LobbyPage';
import { useFreeSpins } from '../lobby/useFreeSpins';
import { slipWords } from '../messages';
import type { Stop } from '../money/breaks/breaks';
import type { Part } from '../money/parts';
import { Stopped } from '../money/Stopped';
import { rememberedPicks, rememberPicks } from '../session/remembered';
import { SlipOfSession } from '../slip/SlipOfSession';
import type { GoTo, Page } from './pages';
import { BESIDE } from './useBeside';

interface SiteProps {
  readonly ask: Ask;
  readonly live: ConnectLive;
  readonly session: Session;
  readonly page: Page;
  /** Whether there is a page with games to go to. */
  readonly hasGames: boolean;
  /** The group of games that the casino is opened for; null if it is for all. */
  readonly group: string | null;
  /** The product's time in milliseconds. */
  readonly now: number;
  /** The product's time in a rehearsal. */
  readonly rehearsal: string | null;
  /** The currency of the customer's account; null while it is not known. */
  readonly currency: string | null;
  /** The customer's, which may pay for a bet. */
  readonly freeBets: readonly FreeBet[];
  /** What stops bets and games; null if nothing does. */
  readonly stops: { readonly bets: Stop | null; readonly games: Stop | null };
  /** Whether the customer's session has ended while the page was open. */
  readonly isSignedOut: boolean;
  readonly onPage: GoTo;
  readonly onMoney: (part: Part) => void;
  /** Money may have moved. */
  readonly onPlaced: () => void;
}

const ALL: Choice = { search: '', sport: '', day: '' };
/** How many events are listed at first: where the slip is below them, it is not far. */
const LISTED = { beside: 10, above: 4 };

export function Site(props: SiteProps) {
  const { ask, live, session, page, rehearsal, stops } = props;
  const { brand } = session;
  const [choice, setChoice] = useState(ALL);
  const [opened, setOpened] = useState<string | null>(null);
  const [remembered] = useState(() => rememberedPicks(brand));
  const [pageSize] = useState(() => (window.matchMedia(BESIDE).matches ? LISTED.beside : LISTED.above));
  const [machine, setMachine] = useState(() => Date.now());
  const now = new Date(rehearsal ?? machine);
  const today = now.toDateString();
  const filter = useMemo(() => {
    const { search, sport, day } = choice;
    const span = day === '' ? { from: null, to: null } : dayAfter(new Date(today), Number(day));
    return { search, sport, ...span };
  }, [choice, today]);
  const controls = useBoard({ ask, live }, brand, filter, opened, pageSize, remembered);
  const { picks, presentAt } = controls.board;
  const freeSpins = useFreeSpins(ask, session, props.hasGames ? page : null, props.now);
  useRemembered(brand, picks, presentAt !== null);

  /** A page that was open overnight has other days. */
  function choose(next: Choice): void {
    setMachine(Date.now());
    setChoice(next);
  }

  const stop = page === 'casino' ? stops.games : stops.bets;
  return (
    <>
      {page !== 'bets' && stop !== null && <Stopped stop={stop} onOpen={() => props.onMoney('history')} />}
      {page === 'bets' && (
        <div className="main-column">
          <BetsPage key={session.customer ?? ''} ask={ask} live={live} session={session} now={props.now} />
          {stops.bets === null && <ToSlip picks={picks} />}
        </div>
      )}
      {page === 'sports' && stop === null && (
        <div className="main-column">
          <EventList
            controls={controls}
            brand={brand}
            choice={choice}
            opened={opened}
            now={now}
            onChoose={choose}
            onOpen={setOpened}
          />
          <ToSlip picks={picks} />
        </div>
      )}
      {page === 'casino' && stop === null && (
        <div className="main-column">
          <LobbyPage
            key={session.customer ?? ''}
            ask={ask}
            session={session}
            isSignedOut={props.isSignedOut}
            freeSpins={freeSpins}
            group={props.group}
          />
        </div>
      )}
      {stops.bets === null && (
        <div className="slip-column">
          <SlipOfSession
            key={session.customer ?? ''}
            ask={ask}
            live={live}
            session={session}
            isShown={page !== 'casino'}
            currency={props.currency}
            freeBets={props.freeBets}
            controls={controls}
            onBets={() => props.onPage('bets')}
            onMoney={props.onMoney}
            onPlaced={props.onPlaced}
          />
          {page !== 'casino' &&
            stops.games === null &&
            freeSpins.map((award) => <FreeSpinsNotice key={award.id} award={award} onGames={(group) => props.onPage('casino', group)} />)}
        </div>
      )}
    </>
  );
}

/** Remembers what the customer has put on the slip, once it is known what was there before a reload. */
function useRemembered(brand: string, picks: readonly Picked[], isKnown: boolean): void {
  const own = picks.filter(({ isChosen }) => isChosen);
  const ids = JSON.stringify(own.map(({ offer }) => ({ event: offer.event.id, selection: offer.selection.id })));
  useEffect(() => {
    if (isKnown) rememberPicks(brand, JSON.parse(ids) as Parameters<typeof rememberPicks>[1]);
  }, [brand, ids, isKnown]);
}

/** Where the slip is below the page's part, a way to it that stays in reach. */
function ToSlip({ picks }: { readonly picks: readonly Picked[] }) {
  const locale = useLocale();
  const [first, ...others] = picks;
  return (
    <a className="to-slip" href="#slip-title">
      <span>{slipWords(locale).slip}</span>
      {first !== undefined && others.length === 0 && (
        <span className="to-slip-pick">
          <bdi>{first.offer.selection.name}</bdi> <bdi>{(first.offer.selection.odds ?? first.seen)?.display}</bdi>
        </span>
      )}
      {others.length > 0 && <span className="to-slip-pick">{locale.count(betWords(locale).selections, picks.length)}</span>}
    </a>
  );
}
