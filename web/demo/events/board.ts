/** What the page shows of events, and how reads, updates, failures and the customer change it. */
import type { Answer } from '@furlong/client';

import { afterReading, afterUpdate, type Followed, follows, NOTHING_FOLLOWED, present, type PriceUpdate } from './followed';
import type { SeenLeg } from '../betting/request';
import type { SportsEventsQuery } from '../generated/operations';
import { type Moves, movesBetween, NO_MOVES, recentMoves } from './moves';
import { eventsOf, type EventsRead, type OfferedEvent, offersOf } from './offers';
import { firstPick, idOf, keep, MAX_PICKS, pickAgain, type Picked, type PickedIds, pressed, type Prices, type Repriced, repriced, restored } from './picked';

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
  /** What is on the slip, in the order in which it was picked. */
  readonly picks: readonly Picked[];
  /** What left the slip because there was a bet: should that not be placed after all, it comes back. */
  readonly aside: readonly Picked[];
  /** Whether the page may pick a first selection: until the customer has emptied the slip. */
  readonly picksFirst: boolean;
  /** What was picked before a reload, until an answer tells whether it is still offered. */
  readonly remembered: readonly PickedIds[];
  readonly followed: Followed;
}

export type BoardEvent =
  /** `at` is when it was asked for. */
  | { readonly type: 'read'; readonly answer: Answer<EventsRead>; readonly at: number }
  | { readonly type: 'read-more'; readonly answer: Answer<SportsEventsQuery> }
  | { readonly type: 'updated'; readonly update: PriceUpdate; readonly at: number }
  /** The subscription is closed; its prices were the present ones until `since`. */
  | { readonly type: 'unfollowed'; readonly since: number; readonly at: number }
  | { readonly type: 'aged'; readonly at: number }
  | { readonly type: 'failed' | 'returned' | 'chosen' | 'accepted' | 'emptied' }
  | { readonly type: 'picked' | 'removed'; readonly selection: string }
  /** There is a bet on them. */
  | { readonly type: 'taken'; readonly selections: readonly string[] }
  /** That bet was not placed after all. */
  | { readonly type: 'restored'; readonly picks: readonly Picked[] }
  /** How selections stand by the answer to a bet. */
  | { readonly type: 'repriced'; readonly selections: readonly Repriced[] };

export function boardAtStart(remembered: readonly PickedIds[]): Board {
  return {
    prices: 'unknown',
    presentAt: null,
    sports: [],
    events: [],
    opened: null,
    next: null,
    moves: NO_MOVES,
    picks: [],
    aside: [],
    picksFirst: true,
    remembered: remembered.slice(0, MAX_PICKS),
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
    case 'removed':
      return withPicks(board, board.picks.filter((picked) => idOf(picked) !== event.selection));
    case 'taken': {
      const isTaken = (picked: Picked) => event.selections.includes(idOf(picked));
      const aside = [...board.aside.filter((picked) => !isTaken(picked)), ...board.picks.filter(isTaken)].slice(-MAX_PICKS);
      return withPicks({ ...board, aside }, board.picks.filter((picked) => !isTaken(picked)));
    }
    case 'restored':
      return { ...board, picks: event.picks };
    case 'emptied':
      return withPicks(board, []);
    case 'chosen':
      return board.picks.every(({ isChosen }) => isChosen) ? board : { ...board, picks: board.picks.map((picked) => ({ ...picked, isChosen: true })) };
    case 'accepted':
      return { ...board, picks: board.picks.map(accepted) };
    case 'repriced':
      return { ...board, picks: board.picks.map((picked) => repriced(picked, event.selections)) };
  }
}

/** Whether the prices of all that is shown come by the subscription. */
export function isFollowed({ followed, events, opened, picks }: Board): boolean {
  const others = [opened, ...picks.map(({ isOffered, offer }) => (isOffered ? offer.event : null))];
  return follows(followed, [...events, ...others.filter((event) => event !== null)]);
}

/**
 * Returns the selections of a bet that was not placed after all, for an empty slip; null if the customer has begun
 * another bet, or if they are not all known: a part of them would be another bet.
 */
export function comingBack(board: Board, legs: readonly SeenLeg[]): readonly Picked[] | null {
  if (board.picks.some(({ isChosen }) => isChosen)) return null;
  const offers = offersOf(shownOf(board));
  const picks = legs.map(({ selectionId, oddsMilli, odds }) => {
    const offer = offers.get(selectionId) ?? board.aside.find((picked) => idOf(picked) === selectionId)?.offer;
    return offer === undefined ? null : restored(offer, { milli: oddsMilli, display: odds });
  });
  return picks.every((picked) => picked !== null) ? picks : null;
}

function afterRead(board: Board, read: EventsRead, at: number): Board {
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
    picks: picksAfter(board, data),
    aside: board.aside,
    picksFirst: board.picksFirst,
    remembered: [],
    followed,
  };
}

/** A read with the events that are followed as they stand now, which may be later than it. */
function asPresent(read: EventsRead, followed: Followed): EventsRead {
  const { events, opened, picked, further } = read;
  return {
    ...read,
    events: events === null ? null : { ...events, nodes: events.nodes.map((event) => present(followed, event)) },
    ...(opened ? { opened: present(followed, opened) } : {}),
    ...(picked ? { picked: present(followed, picked) } : {}),
    ...(further ? { further: further.map((event) => present(followed, event)) } : {}),
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
    picks: picksAfterUpdate(updated, changed),
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

function picksAfter({ picks, picksFirst, remembered }: Board, data: EventsRead): readonly Picked[] {
  const offers = offersOf(eventsOf(data));
  const again = remembered.map(({ selection }) => offers.get(selection)).map((offer) => (offer === undefined ? null : pickAgain(offer)));
  const kept = picks.length > 0 ? picks.map((picked) => keep(picked, offers)) : again;
  return orFirst(kept, picksFirst, data.events?.nodes ?? []);
}

function picksAfterUpdate({ picks, picksFirst, events, followed }: Board, changed: ReadonlySet<string>): readonly Picked[] {
  const kept = picks.map((picked) => {
    const { event } = picked.offer;
    return changed.has(event.id) ? keep(picked, offersOf([present(followed, event)])) : picked;
  });
  return orFirst(kept, picksFirst, events);
}

function orFirst(kept: readonly (Picked | null)[], picksFirst: boolean, events: readonly OfferedEvent[]): readonly Picked[] {
  const picks = kept.filter((picked) => picked !== null);
  return picks.length > 0 || !picksFirst ? picks : firstPick(events);
}

function afterPick(board: Board, selection: string): Board {
  const offer = board.prices === 'live' ? offersOf(shownOf(board)).get(selection) : undefined;
  return withPicks(board, pressed(board.picks, offer, selection));
}

/** Once the customer has emptied the slip, it stays empty. */
function withPicks(board: Board, picks: readonly Picked[]): Board {
  return { ...board, picks, picksFirst: board.picksFirst && picks.length > 0 };
}

function accepted(picked: Picked): Picked {
  const { odds } = picked.offer.selection;
  return odds === null ? picked : { ...picked, seen: odds, isChosen: true };
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
