/** An event of the list: when it is or how it stands, its main market, and the further ones on demand. */
import { useLocale } from '@furlong/club';
import { useEffect, useId, useRef } from 'react';

import { slipWords, type SlipWords } from '../messages';
import type { Board } from './board';
import { MarketPrices } from './MarketPrices';
import type { OfferedEvent } from './offers';

interface EventRowProps {
  readonly event: OfferedEvent;
  readonly board: Board;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onPick: (selection: string) => void;
}

export function EventRow({ event, board, isOpen, onToggle, onPick }: EventRowProps) {
  const id = useId();
  const locale = useLocale();
  const words = slipWords(locale);
  const [main] = event.markets;
  return (
    <li className="event" data-testid="event" data-status={event.status}>
      <div className="event-head">
        <h3 id={id}>
          <bdi>{event.name}</bdi>
        </h3>
        <p className="event-facts">
          <When event={event} words={words} />
          <span>
            <bdi>{event.competition.name}</bdi>
          </span>
        </p>
      </div>
      {main === undefined ? (
        <p className="event-note">{words.noMarkets}</p>
      ) : (
        <MarketPrices event={event} market={main} board={board} onPick={onPick} />
      )}
      <button
        type="button"
        className="quiet"
        data-testid="more-markets"
        aria-expanded={isOpen}
        aria-describedby={id}
        onClick={onToggle}
      >
        {isOpen ? words.fewerMarkets : words.moreMarkets}
      </button>
      {isOpen && <FurtherMarkets event={event} main={main?.id} board={board} words={words} onPick={onPick} />}
    </li>
  );
}

function When({ event, words }: { readonly event: OfferedEvent; readonly words: SlipWords }) {
  const locale = useLocale();
  const isRunning = event.status === 'LIVE' || (event.status === 'SUSPENDED' && event.score !== null);
  return (
    <>
      {event.status === 'SCHEDULED' ? (
        <time dateTime={event.startsAt}>{locale.weekdayTime(event.startsAt)}</time>
      ) : (
        <span className="event-state" data-status={event.status}>
          {words.eventStates[event.status]}
        </span>
      )}
      {isRunning && event.score !== null && (
        <span className="event-score" data-testid="score">
          <span className="visually-hidden">{words.score} </span>
          <bdi>{event.score}</bdi>
        </span>
      )}
    </>
  );
}

interface FurtherMarketsProps extends Pick<EventRowProps, 'event' | 'board' | 'onPick'> {
  readonly main: string | undefined;
  readonly words: SlipWords;
}

function FurtherMarkets({ event, main, board, words, onPick }: FurtherMarketsProps) {
  const part = useRef<HTMLDivElement>(null);
  const opened = board.opened?.id === event.id ? board.opened : null;
  const isKnown = opened !== null;

  // What was opened comes into view above the bar at the bottom.
  useEffect(() => {
    part.current?.scrollIntoView({ block: 'nearest' });
  }, [isKnown]);

  const further = opened?.markets.filter(({ id }) => id !== main) ?? [];
  return (
    <div className="further" ref={part} data-testid="further-markets">
      {opened === null && <p className="event-note">{words.loading}</p>}
      {opened !== null && further.length === 0 && <p className="event-note">{words.noMoreMarkets}</p>}
      {opened !== null &&
        further.map((market) => <MarketPrices key={market.id} event={opened} market={market} board={board} onPick={onPick} />)}
    </div>
  );
}
