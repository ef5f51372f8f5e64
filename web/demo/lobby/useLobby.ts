/** Connects the lobby of a brand to React: its sections, and from where its games may be framed. */
import { type Ask, type Session, Unreached } from '@furlong/client';
import { useCallback, useEffect, useState } from 'react';

import { Lobby as LobbyOperation } from '../generated/operations';
import { GIVE_UP_MS } from '../money/feed';
import { deviceOfWindow } from './device';
import { type Lobby, MAX_GAMES } from './games';
import { fetchOrigins } from './origins';

/** `none`: this graph has no lobby, or this visitor may be shown no game. */
export type LobbyState =
  | { readonly kind: 'unknown' | 'unreached' | 'none' }
  | { readonly kind: 'shown'; readonly lobby: Lobby; readonly origins: readonly string[] };

const NO_SUCH_FIELD = 'GRAPHQL_VALIDATION_FAILED';

/** A read that fails takes no game away that is being played. */
function unlessShown(state: LobbyState): LobbyState {
  return state.kind === 'shown' ? state : { kind: 'unreached' };
}

export interface LobbyControls {
  readonly state: LobbyState;
  readonly retry: () => void;
}

/** Returns the lobby that a visitor may see. Remount it (with a React key) for another customer. */
export function useLobby(ask: Ask, { brand, token }: Session): LobbyControls {
  const [state, setState] = useState<LobbyState>({ kind: 'unknown' });
  const [tries, setTries] = useState(0);

  useEffect(() => {
    if (brand === '') return;
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(GIVE_UP_MS)]);
    const asked = ask(LobbyOperation, { brand, device: deviceOfWindow(), games: MAX_GAMES }, { token, signal });
    Promise.all([asked, fetchOrigins(fetch, signal)]).then(
      ([{ data, faults }, origins]) => {
        const lobby = data?.lobby ?? null;
        if (lobby !== null) setState({ kind: 'shown', lobby, origins });
        else setState(faults.length > 0 ? unlessShown : { kind: 'none' });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setState(error instanceof Unreached && error.code === NO_SUCH_FIELD ? { kind: 'none' } : unlessShown);
      },
    );
    return () => controller.abort();
  }, [ask, brand, token, tries]);

  const retry = useCallback(() => {
    setState({ kind: 'unknown' });
    setTries((before) => before + 1);
  }, []);
  return { state, retry };
}
