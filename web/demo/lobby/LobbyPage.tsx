/** The casino: sections of games, each of which opens over the page. */
import type { Ask, Session } from '@furlong/client';
import { useLocale } from '@furlong/club';
import { useId, useRef, useState } from 'react';

import { GameDialog, type OpenGame } from './GameDialog';
import { type Game, type Section, SHOWN_FIRST, shownSections } from './games';
import { GameTile } from './GameTile';
import { type LobbyState, useLobby } from './useLobby';
import { lobbyWords } from './words';

interface LobbyPageProps {
  readonly ask: Ask;
  readonly session: Session;
  /** Whether the customer's session has ended while the page was open. */
  readonly isSignedOut: boolean;
  /** A game was opened, or left. */
  readonly onGame?: (isOpen: boolean) => void;
}

export function LobbyPage({ ask, session, isSignedOut, onGame }: LobbyPageProps) {
  const words = lobbyWords(useLocale());
  const { state, retry } = useLobby(ask, session);
  const [open, setOpen] = useState<OpenGame | null>(null);
  const pressed = useRef<HTMLButtonElement | null>(null);

  function play(game: Game, demo: boolean, button: HTMLButtonElement): void {
    pressed.current = button;
    setOpen({ game, demo });
    onGame?.(true);
  }

  /** Back to the button from which the game was opened. */
  function close(): void {
    setOpen(null);
    pressed.current?.focus();
    onGame?.(false);
  }

  return (
    <section className="card lobby" aria-labelledby="lobby-title" data-testid="lobby">
      <header className="events-head">
        <h2 id="lobby-title">{words.title}</h2>
      </header>
      {session.token === null && <p className="events-note">{words.signIn}</p>}
      {state.kind === 'shown' ? (
        <Sections state={state} hasMoney={session.token !== null && !isSignedOut} onPlay={play} />
      ) : session.brand === '' ? null : (
        <Missing kind={state.kind} onRetry={retry} />
      )}
      {open !== null && state.kind === 'shown' && (
        <GameDialog
          key={`${open.game.id} ${open.demo}`}
          ask={ask}
          session={session}
          origins={state.origins}
          open={open}
          isSignedOut={isSignedOut}
          onClose={close}
        />
      )}
    </section>
  );
}

interface SectionsProps {
  readonly state: Extract<LobbyState, { kind: 'shown' }>;
  readonly hasMoney: boolean;
  readonly onPlay: (game: Game, demo: boolean, button: HTMLButtonElement) => void;
}

function Sections({ state, hasMoney, onPlay }: SectionsProps) {
  const words = lobbyWords(useLocale());
  const sections = shownSections(state.lobby);
  if (sections.length === 0) return <p className="events-note">{words.none}</p>;
  return sections.map((section) => (
    <Games key={section.id} section={section} origins={state.origins} hasMoney={hasMoney} onPlay={onPlay} />
  ));
}

interface GamesProps extends Omit<SectionsProps, 'state'> {
  readonly section: Section;
  readonly origins: readonly string[];
}

function Games({ section: { name, games }, origins, hasMoney, onPlay }: GamesProps) {
  const id = useId();
  const locale = useLocale();
  const words = lobbyWords(locale);
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? games : games.slice(0, SHOWN_FIRST);
  return (
    <section className="lobby-section" aria-labelledby={id} data-testid="lobby-section">
      <h3 id={id}>
        <bdi>{name}</bdi>
      </h3>
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

function Missing({ kind, onRetry }: { readonly kind: 'unknown' | 'unreached' | 'none'; readonly onRetry: () => void }) {
  const words = lobbyWords(useLocale());
  if (kind !== 'unreached') {
    return (
      <p className="events-note" role="status">
        {kind === 'unknown' ? words.loading : words.none}
      </p>
    );
  }
  return (
    <div className="money-warning bets-warning" role="status" data-testid="lobby-unreached">
      <p>{words.unreached}</p>
      <button type="button" className="quiet" onClick={onRetry}>
        {words.retry}
      </button>
    </div>
  );
}
