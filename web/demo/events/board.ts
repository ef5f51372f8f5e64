/** What the page shows of events, and how answers, failures and the customer change it. */
import type { Answer } from '@furlong/client';

import type { SportsEventsQuery } from './generated/operations';
import { eventsOf, type OfferedEvent, offersOf } from './offers';
import { firstPick, keep, pick, pickAgain, type Picked, type PickedIds, type Prices } from './picked';

export type Move = 'up' | 'down';
type Sport = NonNullable<SportsEventsQuery['sports']>[number];

export interface Board {
  readonly prices: Prices;
  readonly sports: readonly Sport[];
  readonly events: readonly OfferedEvent[];
  /** The event whose further markets are shown; null until they are known. */
  readonly opened: OfferedEvent | null;
  /** The cursor of what follows; null if nothing does. */
  readonly next: string | null;
  /** Where odds went since the answer before, by selection. */
  readonly moves: ReadonlyMap<string, Move>;
  readonly picked: Picked | null;
  /** What was picked before a reload, until an answer tells whether it is still offered. */
  readonly remembered: PickedIds | null;
}

export type BoardEvent =
  | { readonly type: 'read'; readonly answer: Answer<SportsEventsQuery> }
  | { readonly type: 'read-more'; readonly answer: Answer<SportsEventsQuery> }
  | { readonly type: 'failed' | 'returned' | 'chosen' | 'accepted' }
  | { readonly type: 'picked'; readonly selection: string };

export function boardAtStart(remembered: PickedIds | null): Board {
  return {
    prices: 'unknown',
    sports: [],
    events: [],
    opened: null,
    next: null,
    moves: new Map(),
    picked: null,
    remembered,
  };
}

export function reduceBoard(board: Board, event: BoardEvent): Board {
  switch (event.type) {
    case 'read':
      return event.answer.data?.events ? afterRead(board, event.answer.data) : reduceBoard(board, { type: 'failed' });
    case 'read-more': {
      const { data } = event.answer;
      return data?.events ? { ...board, events: [...board.events, ...newOnes(board, data)], next: nextOf(data) } : board;
    }
    case 'failed':
      return { ...board, prices: 'paused', moves: new Map() };
    case 'returned':
      return board.prices === 'live' ? { ...board, prices: 'waiting', moves: new Map() } : board;
    case 'picked':
      return afterPick(board, event.selection);
    case 'chosen':
      return board.picked === null || board.picked.isChosen ? board : { ...board, picked: { ...board.picked, isChosen: true } };
    case 'accepted': {
      const odds = board.picked?.offer.selection.odds ?? null;
      return board.picked === null || odds === null ? board : { ...board, picked: { ...board.picked, seen: odds, isChosen: true } };
    }
  }
}

function afterRead(board: Board, data: SportsEventsQuery): Board {
  const events = data.events?.nodes ?? [];
  return {
    prices: 'live',
    sports: data.sports ?? board.sports,
    events,
    opened: data.opened ?? null,
    next: nextOf(data),
    moves: movesBetween(board, data),
    picked: pickedAfter(board, data),
    remembered: null,
  };
}

function pickedAfter({ picked, remembered }: Board, data: SportsEventsQuery): Picked | null {
  const offers = offersOf(eventsOf(data));
  if (picked !== null) return keep(picked, offers) ?? firstPick(data.events?.nodes ?? []);
  const before = remembered === null ? undefined : offers.get(remembered.selection);
  return (before === undefined ? null : pickAgain(before)) ?? firstPick(data.events?.nodes ?? []);
}

function afterPick(board: Board, selection: string): Board {
  const offer = offersOf([...board.events, ...(board.opened === null ? [] : [board.opened])]).get(selection);
  const picked = offer === undefined || board.prices !== 'live' ? null : pick(offer, true);
  return picked === null ? board : { ...board, picked };
}

/** Odds that went elsewhere while they were not read are no news of this moment. */
function movesBetween(board: Board, data: SportsEventsQuery): ReadonlyMap<string, Move> {
  const moves = new Map<string, Move>();
  if (board.prices !== 'live') return moves;
  const before = offersOf([...board.events, ...(board.opened === null ? [] : [board.opened])]);
  for (const [id, { selection }] of offersOf(eventsOf(data))) {
    const [was, is] = [before.get(id)?.selection.odds?.milli, selection.odds?.milli];
    if (was !== undefined && is !== undefined && was !== is) moves.set(id, is > was ? 'up' : 'down');
  }
  return moves;
}

function newOnes(board: Board, data: SportsEventsQuery): OfferedEvent[] {
  const known = new Set(board.events.map(({ id }) => id));
  return (data.events?.nodes ?? []).filter(({ id }) => !known.has(id));
}

function nextOf({ events }: SportsEventsQuery): string | null {
  return events?.pageInfo.hasNextPage === true ? events.pageInfo.endCursor : null;
}
