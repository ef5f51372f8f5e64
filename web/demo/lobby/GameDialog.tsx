/** A game that is played, over the whole window, in a frame that can reach nothing of the page. */
import type { Ask, Session } from '@furlong/client';
import { useLocale } from '@furlong/club';
import { useEffect, useId, useRef, useState } from 'react';

import { deviceOfWindow } from './device';
import type { Game } from './games';
import { launch, type LaunchOutcome } from './launch';
import { lobbyWords, whyNotOpen } from './words';

export interface OpenGame {
  readonly game: Game;
  readonly demo: boolean;
}

interface GameDialogProps {
  readonly ask: Ask;
  readonly session: Session;
  readonly origins: readonly string[];
  readonly open: OpenGame;
  /** Whether the customer's session has ended while the page was open. */
  readonly isSignedOut: boolean;
  readonly onClose: () => void;
}

/** A game keeps what it needs for itself; it opens no window, and takes the page nowhere. */
const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-pointer-lock';

/** The address is given this long to open at least, and at most: the visitor's clock may be wrong. */
const [MIN_MS, MAX_MS] = [10_000, 120_000];

type Shown = { readonly kind: 'opening' } | { readonly kind: 'expired' } | LaunchOutcome;

export function GameDialog({ ask, session, origins, open, isSignedOut, onClose }: GameDialogProps) {
  const id = useId();
  const words = lobbyWords(useLocale());
  const dialog = useRef<HTMLDialogElement>(null);
  const { shown, opened, again } = useLaunch(ask, session, origins, open);
  const isOver = isSignedOut && !open.demo;

  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);

  return (
    <dialog ref={dialog} className="game-dialog" aria-labelledby={`${id}-title`} data-testid="game" onClose={onClose}>
      <header className="money-head">
        <h2 id={`${id}-title`}>
          <bdi>{open.game.name}</bdi>
        </h2>
        <button type="button" className="money-close" data-testid="close-game" onClick={() => dialog.current?.close()}>
          {words.close}
        </button>
        {open.demo && (
          <p className="game-for-fun" data-testid="for-fun">
            {words.noMoney}
          </p>
        )}
      </header>
      {shown.kind === 'ready' && !isOver && (
        <iframe
          className="game-frame"
          data-testid="game-frame"
          title={open.game.name}
          src={shown.url}
          sandbox={SANDBOX}
          allow="autoplay; fullscreen"
          referrerPolicy="origin"
          onLoad={opened}
        />
      )}
      <div className="game-note" role="status" data-testid="game-note">
        {shown.kind === 'opening' && !isOver && <p>{words.opening}</p>}
        {isOver && <p>{words.over['signed-out']}</p>}
        {!isOver && shown.kind !== 'opening' && shown.kind !== 'ready' && (
          <p>{shown.kind === 'expired' ? words.over.expired : whyNotOpen(shown, words)}</p>
        )}
      </div>
      {!isOver && (shown.kind === 'expired' || shown.kind === 'unreached') && (
        <button type="button" className="quiet game-again" data-testid="start-again" onClick={again}>
          {words.startAgain}
        </button>
      )}
    </dialog>
  );
}

interface Launched {
  readonly shown: Shown;
  /** The frame has loaded. */
  readonly opened: () => void;
  readonly again: () => void;
}

/** Asks for the game's address once, and again if the customer wants so. */
function useLaunch(ask: Ask, session: Session, origins: readonly string[], { game, demo }: OpenGame): Launched {
  const [tries, setTries] = useState(0);
  const [known, setKnown] = useState<{ readonly tries: number; readonly shown: Shown } | null>(null);
  // A new token of the same customer does not open the game anew.
  const asking = useRef({ ask, session, origins });
  const [isLoaded, setLoaded] = useState(false);

  useEffect(() => {
    let isWanted = true;
    void launch({ gameId: game.id, demo }, { ...asking.current, device: deviceOfWindow(), own: window.location.origin }).then((shown) => {
      if (isWanted) setKnown({ tries, shown });
    });
    return () => {
      isWanted = false;
    };
  }, [game.id, demo, tries]);

  const shown = known?.tries === tries ? known.shown : ({ kind: 'opening' } as const);
  const lapsesAt = shown.kind === 'ready' && !isLoaded ? shown.expiresAt : null;
  useEffect(() => {
    if (lapsesAt === null) return;
    const wait = Math.min(Math.max(Date.parse(lapsesAt) - Date.now(), MIN_MS), MAX_MS);
    const lapse = setTimeout(() => setKnown({ tries, shown: { kind: 'expired' } }), wait);
    return () => clearTimeout(lapse);
  }, [lapsesAt, tries]);

  return {
    shown,
    opened: () => setLoaded(true),
    again() {
      asking.current = { ask, session, origins };
      setLoaded(false);
      setTries((before) => before + 1);
    },
  };
}
