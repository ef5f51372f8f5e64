/** The events of a brand beside the bet-slip of the session. */
import type { Ask, ConnectLive, Session } from '@furlong/client';
import { useLocale } from '@furlong/club';
import { useEffect, useMemo, useState } from 'react';

import { dayAfter } from './events/days';
import type { Choice } from './events/EventFilters';
import { EventList } from './events/EventList';
import { useBoard } from './events/useBoard';
import { slipWords } from './messages';
import { rememberedPick, rememberPick } from './session/remembered';
import { SlipOfSession } from './slip/SlipOfSession';

interface BetsProps {
  readonly ask: Ask;
  readonly live: ConnectLive;
  readonly session: Session;
  /** Whether the server of this page accepts bets. */
  readonly placesBets: boolean;
  /** The product's time in a rehearsal. */
  readonly rehearsal: string | null;
}

const ALL: Choice = { search: '', sport: '', day: '' };
/** How many events are listed at first: where the slip is below them, it is not far. */
const LISTED = { beside: 10, above: 4 };
const BESIDE = '(min-width: 900px)';

export function Bets({ ask, live, session, placesBets, rehearsal }: BetsProps) {
  const { brand } = session;
  const [choice, setChoice] = useState(ALL);
  const [opened, setOpened] = useState<string | null>(null);
  const [remembered] = useState(() => rememberedPick(brand));
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
  const { picked } = controls.board;
  const chosen = picked?.isChosen === true ? picked.offer : null;
  const [event, selection] = [chosen?.event.id, chosen?.selection.id];

  useEffect(() => {
    if (event !== undefined && selection !== undefined) rememberPick(brand, { event, selection });
  }, [brand, event, selection]);

  /** A page that was open overnight has other days. */
  function choose(next: Choice): void {
    setMachine(Date.now());
    setChoice(next);
  }

  return (
    <>
      <div className="bets">
        <EventList
          controls={controls}
          brand={brand}
          choice={choice}
          opened={opened}
          now={now}
          onChoose={choose}
          onOpen={setOpened}
        />
        <ToSlip odds={(picked?.offer.selection.odds ?? picked?.seen)?.display} name={picked?.offer.selection.name} />
      </div>
      <div className="slip-column">
        <SlipOfSession
          key={session.customer ?? ''}
          ask={ask}
          live={live}
          session={session}
          placesBets={placesBets}
          board={controls.board}
          onChoose={controls.choose}
          onAccept={controls.accept}
          onRefused={controls.refresh}
        />
      </div>
    </>
  );
}

interface ToSlipProps {
  readonly odds: string | undefined;
  readonly name: string | undefined;
}

/** Where the slip is below the events, a way to it that stays in reach. */
function ToSlip({ odds, name }: ToSlipProps) {
  const words = slipWords(useLocale());
  return (
    <a className="to-slip" href="#slip-title">
      <span>{words.slip}</span>
      {name !== undefined && (
        <span className="to-slip-pick">
          <bdi>{name}</bdi> <bdi>{odds}</bdi>
        </span>
      )}
    </a>
  );
}
