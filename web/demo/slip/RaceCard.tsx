/** The race card: each price is a button that puts the runner on the slip. */
import { useLocale } from '@furlong/club';
import type { CSSProperties } from 'react';

import { formatOdds } from './stake';
import type { Race, Runner, Selection } from './race';

interface RaceCardProps {
  readonly race: Race;
  readonly selected: Runner;
  readonly onSelect: (selection: Selection) => void;
}

export function RaceCard({ race, selected, onSelect }: RaceCardProps) {
  const { tag } = useLocale();
  return (
    <section className="card race" aria-labelledby={race.id}>
      <header className="race-head">
        <h2 id={race.id}>
          <span className="race-time">{race.time}</span> {race.course}
        </h2>
        <p>{race.title}</p>
      </header>
      <ul className="runners">
        {race.runners.map((runner) => (
          <li key={runner.id} className="runner">
            <Silks colours={runner.silks} />
            <span className="runner-name">
              <strong>
                <bdi>
                  {runner.number}. {runner.name}
                </bdi>
              </strong>
              <small>{runner.jockey}</small>
            </span>
            <button
              type="button"
              className="price"
              aria-pressed={runner.id === selected.id}
              aria-label={`${runner.name} at ${formatOdds(runner.oddsMilli, tag)}`}
              onClick={() => onSelect({ race, runner })}
            >
              {formatOdds(runner.oddsMilli, tag)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Silks({ colours }: { readonly colours: Runner['silks'] }) {
  const style = { '--body': colours[0], '--sleeves': colours[1] } as CSSProperties;
  return <span className="silks" style={style} aria-hidden="true" />;
}
