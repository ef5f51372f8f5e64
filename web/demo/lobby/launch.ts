/** Opens a game: asks for its address, which is valid for some seconds, and accepts it only of a known origin. */
import { type Answer, type Ask, type Session, Unreached } from '@furlong/client';

import { type Device, LaunchGame, type LaunchGameMutation, type PlatformErrorCode } from '../generated/operations';
import { TRY_MS } from '../money/change';
import { isGame } from './origins';

export type LaunchOutcome =
  | { readonly kind: 'ready'; readonly url: string; readonly expiresAt: string | null }
  | { readonly kind: 'refused'; readonly code: PlatformErrorCode }
  | { readonly kind: 'signed-out' }
  /** The address is not one of a game. */
  | { readonly kind: 'elsewhere' }
  /** There was no answer; nothing was opened. */
  | { readonly kind: 'unreached' };

export interface Launch {
  readonly gameId: string;
  /** Without money. */
  readonly demo: boolean;
}

interface Launcher {
  readonly ask: Ask;
  readonly session: Session;
  readonly device: Device;
  readonly origins: readonly string[];
  /** The page's origin. */
  readonly own: string;
}

const NOBODYS: ReadonlySet<PlatformErrorCode> = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);

export async function launch({ gameId, demo }: Launch, { ask, session, device, origins, own }: Launcher): Promise<LaunchOutcome> {
  try {
    const input = { brand: session.brand, gameId, demo, device };
    // Play without money needs nobody, and tells the provider of nobody.
    const token = demo ? null : session.token;
    return outcomeOf(await ask(LaunchGame, { input }, { token, signal: AbortSignal.timeout(TRY_MS) }), origins, own);
  } catch (error) {
    return error instanceof Unreached && error.status === 401 ? { kind: 'signed-out' } : { kind: 'unreached' };
  }
}

function outcomeOf({ data }: Answer<LaunchGameMutation>, origins: readonly string[], own: string): LaunchOutcome {
  if (data === null) return { kind: 'unreached' };
  const { url, expiresAt, errors: [error] } = data.launchGame;
  if (error !== undefined) return NOBODYS.has(error.code) ? { kind: 'signed-out' } : { kind: 'refused', code: error.code };
  if (url === null) return { kind: 'unreached' };
  return isGame(url, origins, own) ? { kind: 'ready', url, expiresAt } : { kind: 'elsewhere' };
}
