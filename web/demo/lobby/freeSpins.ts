/** Free spins that a customer has won in the club, with the games on which they are played. */
import type { FreeSpinsQuery } from '../generated/operations';
import type { Game } from './games';

export interface FreeSpins {
  readonly id: string;
  /** How many were won; a game says how many are left on it. */
  readonly spins: number;
  /** Null if they do not expire. */
  readonly expiresAt: string | null;
  readonly group: { readonly id: string; readonly name: string; readonly games: readonly Game[] };
}

/**
 * The free spins of the past weeks that were credited and neither used nor expired, the newest first.
 *
 * @param now in milliseconds, as the product's credits expire
 */
export function freeSpinsOf({ recentClubs }: FreeSpinsQuery, now: number): readonly FreeSpins[] {
  return recentClubs.flatMap(({ id, choice, fulfilment }) => {
    const { spins = null, gameGroup = null } = choice?.option ?? {};
    const group = groupOf(gameGroup);
    if (fulfilment?.status !== 'CREDITED' || spins === null || group === null) return [];
    const { expiresAt } = fulfilment;
    return expiresAt === null || Date.parse(expiresAt) > now ? [{ id, spins, expiresAt, group }] : [];
  });
}

type GroupRead = NonNullable<FreeSpinsQuery['recentClubs'][number]['choice']>['option']['gameGroup'];

/** Null if the brand has no such group, or nothing of it may be played where the customer is. */
function groupOf(group: GroupRead): FreeSpins['group'] | null {
  const { id, name, games } = group ?? { id: '', name: null, games: null };
  return name === null || games === null || games.length === 0 ? null : { id, name, games };
}
