/** The events of the brand: filters, the list, and what is wrong if they cannot be read. */
import { type Locale, useLocale } from '@furlong/club';

import { slipWords } from '../messages';
import { type Board, isFollowed } from './board';
import { type Choice, EventFilters } from './EventFilters';
import { EventRow } from './EventRow';
import { MAX_LISTED } from './listed';
import type { BoardControls } from './useBoard';

interface EventListProps {
  readonly controls: BoardControls;
  readonly brand: string;
  readonly choice: Choice;
  readonly opened: string | null;
  readonly now: Date;
  readonly onChoose: (choice: Choice) => void;
  readonly onOpen: (event: string | null) => void;
}

export function EventList({ controls, brand, choice, opened, now, onChoose, onOpen }: EventListProps) {
  const { board, pick, showMore } = controls;
  const locale = useLocale();
  const words = slipWords(locale);
  return (
    <section className="card events" aria-labelledby="events-title" data-testid="events" data-followed={isFollowed(board)}>
      <EventFilters titleId="events-title" sports={board.sports} choice={choice} now={now} onChoose={onChoose} />
      <p className="events-note" role="status" data-testid="events-note" data-prices={board.prices}>
        {noteOf(board, brand, isNarrowed(choice), locale) ?? locale.count(words.shown, board.events.length)}
      </p>
      <ul className="event-list">
        {board.events.map((event) => (
          <EventRow
            key={event.id}
            event={event}
            board={board}
            isOpen={event.id === opened}
            onToggle={() => onOpen(event.id === opened ? null : event.id)}
            onPick={pick}
          />
        ))}
      </ul>
      {board.next !== null && board.events.length < MAX_LISTED && (
        <button type="button" className="quiet more" data-testid="more-events" onClick={showMore}>
          {words.moreEvents}
        </button>
      )}
      {board.next !== null && board.events.length >= MAX_LISTED && <p className="event-note">{words.narrow}</p>}
    </section>
  );
}

function isNarrowed({ search, sport, day }: Choice): boolean {
  return search !== '' || sport !== '' || day !== '';
}

/** What is to be said instead of how many events are shown; null if that. */
function noteOf({ prices, presentAt, events }: Board, brand: string, narrowed: boolean, locale: Locale): string | null {
  const words = slipWords(locale);
  if (brand === '') return words.signInEvents;
  if (prices === 'unknown') return words.loading;
  if (prices === 'paused') {
    if (events.length === 0 || presentAt === null) return words.unreachedEvents;
    return locale.fill(words.paused, { time: locale.clock(presentAt) });
  }
  if (events.length === 0) return narrowed ? words.noMatch : words.noEvents;
  return null;
}
