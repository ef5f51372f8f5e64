/** What the page shows of events, and how reads, updates, failures and the customer change it. */
import type { Answer } from '@furlong/client';

import { afterReading, afterUpdate, type Followed, follows, NOTHING_FOLLOWED, present, type PriceUpdate } from './followed';
import type { SportsEventsQuery } from '../generated/operations';
import { type Moves, movesBetween, NO_MOVES, recentMoves } from './moves';
import { eventsOf, type OfferedEvent, offersOf } from './offers';
import { firstPick, keep, pick, pickAgain, type Picked, type PickedIds, type Prices } from './picked';

type Sport = NonNullable<SportsEventsQuery['sports']>[number];

/** How old prices may be and still be shown as the present ones: as old as a read may be. */
export const MAX_AGE_MS = 5_000;

export interface Board {
  readonly prices: Prices;
  /** When the prices were last known to be the present ones, in milliseconds; null before. */
  readonly presentAt: number | null;
  readonly sports: readonly Sport[];
  readonly events: readonly OfferedEvent[];
  /** The event whose further markets are shown; null until they are known. */
  readonly opened: OfferedEvent | null;
  /** The cursor of what follows; null if nothing does. */
  readonly next: string | null;
  /** Where odds went a moment ago. */
  readonly moves: Moves;
  readonly picked: Picked | null;
  /** What was picked before a reload, until an answer tells whether it is still offered. */
  readonly remembered: PickedIds | null;
  readonly followed: Followed;
}

export type BoardEvent =
  /** `at` is when it was asked for. */
  | { readonly type: 'read'; readonly answer: Answer<SportsEventsQuery>; readonly at: number }
  | { readonly type: 'read-more'; readonly answer: Answer<SportsEventsQuery> }
  | { readonly type: 'updated'; readonly update: PriceUpdate; readonly at: number }
  /** The subscription is closed; its prices were the present ones until `since`. */
  | { readonly type: 'unfollowed'; readonly since: number; readonly at: number }
  | { readonly type: 'aged'; readonly at: number }
  | { readonly type: 'failed' | 'returned' | 'chosen' | 'accepted' }
  | { readonly type: 'picked'; readonly selection: string };

export function boardAtStart(remembered: PickedIds | null): Board {
  return {
    prices: 'unknown',
    presentAt: null,
    sports: [],
    events: [],
    opened: null,
    next: null,
    moves: NO_MOVES,
    picked: null,
    remembered,
    followed: NOTHING_FOLLOWED,
  };
}

export function reduceBoard(board: Board, event: BoardEvent): Board {
  switch (event.type) {
    case 'read':
      return event.answer.data?.events ? afterRead(board, event.answer.data, event.at) : reduceBoard(board, { type: 'failed' });
    case 'read-more': {
      const { data } = event.answer;
      return data?.events ? { ...board, events: [...board.events, ...newOnes(board, data)], next: nextOf(data) } : board;
    }
    case 'updated':
      return afterPrices(board, event.update, event.at);
    case 'unfollowed':
      return afterFollowing(board, event.since, event.at);
    case 'aged':
      return { ...board, moves: recentMoves(board.moves, event.at) };
    case 'failed':
      return isFollowed(board) ? board : { ...board, prices: 'paused', moves: NO_MOVES };
    case 'returned':
      return board.prices === 'live' && !isFollowed(board) ? { ...board, prices: 'waiting', moves: NO_MOVES } : board;
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

/** Whether the prices of all that is shown come by the subscription. */
export function isFollowed({ followed, events, opened, picked }: Board): boolean {
  const others = [opened, picked?.isOffered === true ? picked.offer.event : null];
  return follows(followed, [...events, ...others.filter((event) => event !== null)]);
}

function afterRead(board: Board, read: SportsEventsQuery, at: number): Board {
  const followed = afterReading(board.followed, eventsOf(read));
  const data = asPresent(read, followed);
  const events = data.events?.nodes ?? [];
  return {
    prices: 'live',
    presentAt: Math.max(board.presentAt ?? at, at),
    sports: data.sports ?? board.sports,
    events,
    opened: data.opened ?? null,
    next: nextOf(data),
    // Odds that went elsewhere while they were not read are no news of this moment.
    moves: board.prices === 'live' ? movesBetween(board.moves, shownOf(board), eventsOf(data), at) : NO_MOVES,
    picked: pickedAfter(board, data),
    remembered: null,
    followed,
  };
}

/** A read with the events that are followed as they stand now, which may be later than it. */
function asPresent(read: SportsEventsQuery, followed: Followed): SportsEventsQuery {
  const { events, opened, picked } = read;
  return {
    ...read,
    events: events === null ? null : { ...events, nodes: events.nodes.map((event) => present(followed, event)) },
    ...(opened ? { opened: present(followed, opened) } : {}),
    ...(picked ? { picked: present(followed, picked) } : {}),
  };
}

function afterPrices(board: Board, update: PriceUpdate, at: number): Board {
  const followed = afterUpdate(board.followed, update);
  const updated = {
    ...board,
    followed,
    events: board.events.map((event) => present(followed, event)),
    opened: board.opened === null ? null : present(followed, board.opened),
  };
  const changed = new Set(update.events.map(({ id }) => id));
  const changedOf = (shown: Board) => shownOf(shown).filter(({ id }) => changed.has(id));
  const next = {
    ...updated,
    picked: pickedAfterUpdate(updated, changed),
    moves: board.prices === 'live' ? movesBetween(board.moves, changedOf(board), changedOf(updated), at) : board.moves,
  };
  return isFollowed(next) ? { ...next, prices: 'live', presentAt: at } : next;
}

function afterFollowing(board: Board, since: number, at: number): Board {
  const [wasFollowed, followed] = [isFollowed(board), { ...board.followed, isLive: false }];
  if (!wasFollowed) return { ...board, followed };
  const isOld = board.prices === 'live' && at - since > MAX_AGE_MS;
  return { ...board, followed, presentAt: since, ...(isOld ? { prices: 'waiting', moves: NO_MOVES } : {}) };
}

function pickedAfter({ picked, remembered }: Board, data: SportsEventsQuery): Picked | null {
  const offers = offersOf(eventsOf(data));
  if (picked !== null) return keep(picked, offers) ?? firstPick(data.events?.nodes ?? []);
  const before = remembered === null ? undefined : offers.get(remembered.selection);
  return (before === undefined ? null : pickAgain(before)) ?? firstPick(data.events?.nodes ?? []);
}

function pickedAfterUpdate({ picked, events, followed }: Board, changed: ReadonlySet<string>): Picked | null {
  if (picked === null) return firstPick(events);
  const { event } = picked.offer;
  if (!changed.has(event.id)) return picked;
  return keep(picked, offersOf([present(followed, event)])) ?? firstPick(events);
}

function afterPick(board: Board, selection: string): Board {
  const offer = offersOf(shownOf(board)).get(selection);
  const picked = offer === undefined || board.prices !== 'live' ? null : pick(offer, true);
  return picked === null ? board : { ...board, picked };
}

function shownOf({ events, opened }: Board): OfferedEvent[] {
  return [...events, ...(opened === null ? [] : [opened])];
}

function newOnes(board: Board, data: SportsEventsQuery): OfferedEvent[] {
  const known = new Set(board.events.map(({ id }) => id));
  const added = (data.events?.nodes ?? []).filter(({ id }) => !known.has(id));
  return added.map((event) => present(board.followed, event));
}

function nextOf({ events }: SportsEventsQuery): string | null {
  return events?.pageInfo.hasNextPage === true ? events.pageInfo.endCursor : null;
}
