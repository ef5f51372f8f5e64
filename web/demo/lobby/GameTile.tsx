/** A game of the lobby: its picture, or a tile that is drawn, its name, and the ways to play it. */
import { useLocale } from '@furlong/club';
import { useState, type CSSProperties } from 'react';

import { type Game, hueOf, lettersOf } from './games';
import { isPicture } from './origins';
import { lobbyWords } from './words';

interface GameTileProps {
  readonly game: Game;
  readonly origins: readonly string[];
  /** Whether it can be played for money: by customers alone. */
  readonly hasMoney: boolean;
  /** `button` is the one that was pressed, to which the focus returns. */
  readonly onPlay: (game: Game, demo: boolean, button: HTMLButtonElement) => void;
}

export function GameTile({ game, origins, hasMoney, onPlay }: GameTileProps) {
  const locale = useLocale();
  const words = lobbyWords(locale);
  return (
    <li className="game" data-testid="game-tile">
      <Picture game={game} origins={origins} />
      <h4>
        <bdi>{game.name}</bdi>
      </h4>
      <p className="game-provider">{locale.fill(words.by, { provider: game.provider })}</p>
      <div className="game-ways">
        {hasMoney && (
          <button
            type="button"
            className="primary game-play"
            data-testid="play"
            aria-label={`${words.play}: ${game.name}`}
            onClick={(event) => onPlay(game, false, event.currentTarget)}
          >
            {words.play}
          </button>
        )}
        <button
          type="button"
          className="quiet"
          data-testid="play-for-fun"
          aria-label={`${words.forFun}: ${game.name}`}
          onClick={(event) => onPlay(game, true, event.currentTarget)}
        >
          {words.forFun}
        </button>
      </div>
    </li>
  );
}

function Picture({ game, origins }: Pick<GameTileProps, 'game' | 'origins'>) {
  const [hasFailed, setFailed] = useState(false);
  const { imageUrl } = game;
  if (imageUrl !== null && !hasFailed && isPicture(imageUrl, origins, window.location.origin)) {
    return <img className="game-picture" src={imageUrl} alt="" loading="lazy" referrerPolicy="no-referrer" onError={() => setFailed(true)} />;
  }
  return (
    <span className="game-picture game-drawn" style={{ '--hue': hueOf(game.id) } as CSSProperties} aria-hidden="true">
      {lettersOf(game.name)}
    </span>
  );
}
