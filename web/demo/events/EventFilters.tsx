/** What narrows the list of events: a search, a sport and a day. */
import { useLocale } from '@furlong/club';
import { useEffect, useId, useState } from 'react';

import { slipWords } from '../messages';
import type { Board } from './board';
import { dayNames } from './days';

/** The longest search that the graph takes. */
const MAX_SEARCH = 100;
/** A pause in typing, so that not every key sends a request. */
const SETTLE_MS = 250;

/** What is chosen; `day` counts from today, '' is any. */
export interface Choice {
  readonly search: string;
  readonly sport: string;
  readonly day: string;
}

interface EventFiltersProps {
  /** Of the list's heading. */
  readonly titleId: string;
  readonly sports: Board['sports'];
  readonly choice: Choice;
  readonly now: Date;
  readonly onChoose: (choice: Choice) => void;
}

export function EventFilters({ titleId, sports, choice, now, onChoose }: EventFiltersProps) {
  const id = useId();
  const locale = useLocale();
  const words = slipWords(locale);
  const [typed, setTyped] = useState(choice.search);
  const days = dayNames(now, locale.tag, [words.today, words.tomorrow]);

  useEffect(() => {
    const search = typed.trim();
    if (search === choice.search) return;
    const settle = setTimeout(() => onChoose({ ...choice, search }), SETTLE_MS);
    return () => clearTimeout(settle);
  }, [typed, choice, onChoose]);

  return (
    <form className="event-filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <header className="events-head">
        <h2 id={titleId}>{words.events}</h2>
        <label className="visually-hidden" htmlFor={`${id}-search`}>{words.search}</label>
        <input
          id={`${id}-search`}
          data-testid="event-search"
          type="search"
          placeholder={words.search}
          autoComplete="off"
          maxLength={MAX_SEARCH}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </header>
      <div className="filter">
        <label className="visually-hidden" htmlFor={`${id}-sport`}>{words.sport}</label>
        <select
          id={`${id}-sport`}
          data-testid="event-sport"
          value={choice.sport}
          onChange={(event) => onChoose({ ...choice, sport: event.target.value })}
        >
          <option value="">{words.allSports}</option>
          {sports.map((sport) => (
            <option key={sport.id} value={sport.id}>
              {sport.name}
            </option>
          ))}
        </select>
      </div>
      <div className="filter">
        <label className="visually-hidden" htmlFor={`${id}-day`}>{words.day}</label>
        <select
          id={`${id}-day`}
          data-testid="event-day"
          value={choice.day}
          onChange={(event) => onChoose({ ...choice, day: event.target.value })}
        >
          <option value="">{words.anyDay}</option>
          {days.map((name, day) => (
            <option key={name} value={day}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </form>
  );
}
