/** What stands in the place of bets while a break or an exclusion stops them: until when, and what goes on. */
import { useLocale } from '@furlong/club';

import type { Stop } from './breaks/breaks';
import { stopInWords } from './breaks/stopInWords';
import { moneyWords } from './words';

interface StoppedProps {
  readonly stop: Stop;
  readonly onOpen: () => void;
}

export function Stopped({ stop, onOpen }: StoppedProps) {
  const locale = useLocale();
  const words = moneyWords(locale);
  return (
    <section className="card stopped" aria-labelledby="stopped-title" data-testid="stopped" data-kind={stop.kind}>
      <h2 id="stopped-title">{stopInWords(stop, locale)}</h2>
      {stop.product === null && <p>{words.stops}</p>}
      <p>{words.stays}</p>
      <button type="button" className="quiet" onClick={onOpen}>
        {words.title}
      </button>
    </section>
  );
}
