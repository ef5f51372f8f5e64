/** The selections on the slip: the odds at which each was picked, and how it stands now. */
import { availabilityOf, type Odds, type Offer, type OfferedEvent, type OfferedSelection, offersOf } from './offers';

export interface Picked {
  readonly offer: Offer;
  /** The odds that the customer has seen and accepted; null if there were none to see. */
  readonly seen: Odds | null;
  /** Whether the customer picked it, or has begun to bet on what the page picked. */
  readonly isChosen: boolean;
  /** Whether the page picked it: that stays true once the customer has begun to bet on it. */
  readonly isSuggested: boolean;
  /** Whether it was among what the graph last answered. */
  readonly isOffered: boolean;
  /** What the answer to a bet said of it, until the prices say something else than before; null without one. */
  readonly told: Told | null;
}

/** How a selection stands. */
export type Repriced = Pick<OfferedSelection, 'id' | 'status' | 'odds'>;

interface Told {
  readonly selection: Repriced;
  /** What the prices said then. */
  readonly instead: OfferedSelection;
}

/** What is kept of a picked selection across reloads. */
export interface PickedIds {
  readonly event: string;
  readonly selection: string;
}

/** How prices are known: `paused` says that reading fails, `waiting` that the page has just come back into view. */
export type Prices = 'unknown' | 'live' | 'waiting' | 'paused';

export type Standing =
  | { readonly kind: 'open'; readonly odds: Odds }
  | { readonly kind: 'moved'; readonly odds: Odds }
  | { readonly kind: 'suspended' | 'over' | 'gone' | 'waiting' | 'paused' };

/** As many as the page can read at once, and less than a bet may have. */
export const MAX_PICKS = 10;
/** The shortest odds that the page picks by itself: bets at shorter ones seldom count. */
export const FIRST_ODDS_MILLI = 1_500;

export function standingOf({ offer, seen, isOffered }: Picked, prices: Prices): Standing {
  if (prices === 'paused') return { kind: 'paused' };
  if (prices !== 'live') return { kind: 'waiting' };
  if (!isOffered) return { kind: 'gone' };
  const availability = availabilityOf(offer);
  const { odds } = offer.selection;
  if (availability !== 'open' || odds === null) return { kind: availability === 'over' ? 'over' : 'suspended' };
  return { kind: odds.milli === seen?.milli ? 'open' : 'moved', odds };
}

/** Picks an offer at its present odds; null if it cannot be bet on. */
export function pick(offer: Offer, isChosen: boolean): Picked | null {
  const { odds } = offer.selection;
  if (odds === null || availabilityOf(offer) !== 'open') return null;
  return { offer, seen: odds, isChosen, isSuggested: !isChosen, isOffered: true, told: null };
}

/** What was picked before a reload, also if it is suspended now; null once it has ended. */
export function pickAgain(offer: Offer): Picked | null {
  if (availabilityOf(offer) === 'over') return null;
  return { offer, seen: offer.selection.odds, isChosen: true, isSuggested: false, isOffered: true, told: null };
}

/**
 * What the page picks by itself, so that the slip shows what a bet would add: one selection or none. It is of an event
 * that has not begun, if there is one, because a bet on one that has may wait, and be refused meanwhile.
 */
export function firstPick(events: Iterable<OfferedEvent>): readonly Picked[] {
  const picks = [...offersOf(events).values()].map((offer) => pick(offer, false)).filter((picked) => picked !== null);
  const usual = picks.filter(({ seen }) => seen !== null && seen.milli >= FIRST_ODDS_MILLI);
  const first = usual.find(({ offer }) => offer.event.status === 'SCHEDULED') ?? usual[0];
  return first === undefined ? [] : [first];
}

/** A selection of a bet that was not placed after all, at the odds at which it was bet on. */
export function restored(offer: Offer, seen: Odds): Picked {
  return { offer, seen, isChosen: true, isSuggested: false, isOffered: true, told: null };
}

/** A selection as the answer to a bet says that it stands, which may be later than what is read. */
export function repriced(picked: Picked, selections: readonly Repriced[]): Picked {
  const selection = selections.find(({ id }) => id === idOf(picked));
  if (selection === undefined) return picked;
  const instead = picked.told?.instead ?? picked.offer.selection;
  return withTold({ ...picked, offer: { ...picked.offer, selection: instead }, told: { selection, instead } });
}

function withTold(picked: Picked): Picked {
  const { offer, told } = picked;
  if (told === null) return picked;
  if (!isSame(offer.selection, told.instead)) return { ...picked, told: null };
  const { status, odds } = told.selection;
  return { ...picked, offer: { ...offer, selection: { ...offer.selection, status, odds } } };
}

function isSame(one: Repriced, other: Repriced): boolean {
  return one.status === other.status && one.odds?.milli === other.odds?.milli;
}

/** After a press on a selection: it goes on the slip, becomes the customer's own, or is taken off. */
export function pressed(picks: readonly Picked[], offer: Offer | undefined, selection: string): readonly Picked[] {
  const known = picks.find((picked) => idOf(picked) === selection);
  if (known?.isChosen === true) return picks.filter((picked) => picked !== known);
  const added = offer === undefined ? null : pick(offer, true);
  if (added === null) return picks;
  // What the page has picked by itself makes room.
  const own = picks.filter(({ isChosen }) => isChosen);
  return own.length < MAX_PICKS ? [...own, added] : picks;
}

export function idOf({ offer }: Picked): string {
  return offer.selection.id;
}

/** The same selection after another answer. What the page has picked follows its odds, and is replaced at its end. */
export function keep(picked: Picked, offers: ReadonlyMap<string, Offer>): Picked | null {
  const offer = offers.get(idOf(picked));
  if (picked.isChosen) {
    if (offer === undefined) return { ...picked, isOffered: false };
    return withTold({ ...picked, offer, seen: picked.seen ?? offer.selection.odds, isOffered: true });
  }
  if (offer === undefined || availabilityOf(offer) === 'over') return null;
  return { ...picked, offer, seen: offer.selection.odds ?? picked.seen };
}
