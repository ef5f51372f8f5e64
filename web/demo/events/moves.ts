/** Where odds went, and how long that is shown. */
import { type OfferedEvent, offersOf } from './offers';

/** How long odds are marked after a move: longer than a glance at another part of the page. */
export const MOVED_MS = 3_000;

export interface Move {
  readonly to: 'up' | 'down';
  /** When it was seen, in milliseconds. */
  readonly at: number;
}

/** By selection. */
export type Moves = ReadonlyMap<string, Move>;

export const NO_MOVES: Moves = new Map();

/** The moves that are still to be shown. */
export function recentMoves(moves: Moves, at: number): Moves {
  const recent = [...moves].filter(([, move]) => at - move.at < MOVED_MS);
  return recent.length === moves.size ? moves : new Map(recent);
}

/** The recent moves, and those between two states of the same events. */
export function movesBetween(moves: Moves, before: Iterable<OfferedEvent>, after: Iterable<OfferedEvent>, at: number): Moves {
  const recent = new Map(recentMoves(moves, at));
  const earlier = offersOf(before);
  for (const [id, { selection }] of offersOf(after)) {
    const [was, is] = [earlier.get(id)?.selection.odds?.milli, selection.odds?.milli];
    if (was !== undefined && is !== undefined && was !== is) recent.set(id, { to: is > was ? 'up' : 'down', at });
  }
  return recent;
}
