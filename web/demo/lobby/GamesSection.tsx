/** Games under a heading: some of them at first, and all on demand. */
import { useLocale } from '@furlong/club';
import { type ReactNode, type Ref, useId, useState } from 'react';

import { type Game, type Section, SHOWN_FIRST } from './games';
import { GameTile } from './GameTile';
import { lobbyWords } from './words';

interface GamesSectionProps {
  readonly section: Section;
  readonly origins: readonly string[];
  readonly hasMoney: boolean;
  readonly onPlay: (game: Game, demo: boolean, button: HTMLButtonElement) => void;
  readonly testid?: string;
  /** Takes the focus if the page was opened for these games. */
  readonly heading?: Ref<HTMLHeadingElement>;
  /** What is said of them. */
  readonly children?: ReactNode;
}

export function GamesSection(props: GamesSectionProps) {
  const { section: { name, games }, origins, hasMoney, onPlay, testid = 'lobby-section', heading, children } = props;
  const id = useId();
  const locale = useLocale();
  const words = lobbyWords(locale);
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? games : games.slice(0, SHOWN_FIRST);
  return (
    <section className="lobby-section" aria-labelledby={id} data-testid={testid}>
      <h3 id={id} ref={heading} tabIndex={heading === undefined ? undefined : -1}>
        <bdi>{name}</bdi>
      </h3>
      {children}
      <ul className="games">
        {shown.map((game) => (
          <GameTile key={game.id} game={game} origins={origins} hasMoney={hasMoney} onPlay={onPlay} />
        ))}
      </ul>
      {games.length > SHOWN_FIRST && (
        <button type="button" className="quiet" aria-expanded={isWhole} aria-describedby={id} onClick={() => setWhole(!isWhole)}>
          {isWhole ? words.showFewer : locale.count(words.showAll, games.length)}
        </button>
      )}
    </section>
  );
}
