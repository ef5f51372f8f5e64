/** The casino: sections of games, each of which opens over the page. */
import type { Ask, Session } from '@furlong/client';
import { useLocale } from '@furlong/club';
import { useRef, useState } from 'react';

import { GameDialog, type OpenGame } from './GameDialog';
import { FreeSpinsSection } from './FreeSpinsSection';
import type { FreeSpins } from './freeSpins';
import { type Game, shownSections } from './games';
import { GamesSection } from './GamesSection';
import { type LobbyState, useLobby } from './useLobby';
import { lobbyWords } from './words';

interface LobbyPageProps {
  readonly ask: Ask;
  readonly session: Session;
  /** Whether the customer's session has ended while the page was open. */
  readonly isSignedOut: boolean;
  /** What the customer may still play. */
  readonly freeSpins: readonly FreeSpins[];
  /** The group of games that the page was opened for; null if it was opened for all. */
  readonly group: string | null;
  /** A game was opened, or left. */
  readonly onGame?: (isOpen: boolean) => void;
}

export function LobbyPage({ ask, session, isSignedOut, freeSpins, group, onGame }: LobbyPageProps) {
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
        <>
          {!isSignedOut &&
            freeSpins.map((award) => (
              <FreeSpinsSection key={award.id} award={award} isWanted={award.group.id === group} origins={state.origins} onPlay={play} />
            ))}
          <Sections state={state} hasMoney={session.token !== null && !isSignedOut} onPlay={play} />
        </>
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
    <GamesSection key={section.id} section={section} origins={state.origins} hasMoney={hasMoney} onPlay={onPlay} />
  ));
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
