/** Placements as a form has them, and as the graph takes them. */
import { localMoment } from '../../time/moments.ts';

import type { PlacementInWords } from './words.ts';
import type { BoardPlacement, BoardPlacementInput, BoardScope, ClockOccurrence } from '../../graph/generated/operations.ts';

export interface PlacementForm {
  /** Tells the members of a list apart; it is not stored. */
  readonly key: number;
  readonly territories: readonly string[];
  /** In the brand's time; empty without one. */
  readonly since: string;
  readonly sinceOccurrence: ClockOccurrence | null;
  readonly until: string;
  readonly untilOccurrence: ClockOccurrence | null;
  readonly hidden: boolean;
  readonly position: string;
  readonly names: Readonly<Record<string, string>>;
  readonly imageUrl: string;
  readonly imageAddress: string | null;
}

let keys = 0;

export function emptyPlacement(): PlacementForm {
  keys += 1;
  const none = { since: '', sinceOccurrence: null, until: '', untilOccurrence: null, imageUrl: '', imageAddress: null };
  return { key: keys, territories: [], hidden: false, position: '', names: {}, ...none };
}

export function formOf(placement: BoardPlacement): PlacementForm {
  const { territories, sinceLocal, sinceOccurrence, untilLocal, untilOccurrence, hidden, position, names, imageUrl, imageAddress } = placement;
  return {
    ...emptyPlacement(),
    territories,
    since: sinceLocal,
    sinceOccurrence,
    until: untilLocal,
    untilOccurrence,
    hidden,
    position: position === null ? '' : String(position),
    names: Object.fromEntries(names.map(({ locale, name }) => [locale, name])),
    imageUrl,
    imageAddress,
  };
}

function given(names: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(names).filter(([, name]) => name !== '');
}

/** Return the number of a text; -1, which the server refuses in words, for what is no whole number. */
function numberOf(text: string): number {
  return /^\d{1,9}$/u.test(text) ? Number(text) : -1;
}

export function inputOf(form: PlacementForm): BoardPlacementInput {
  const { territories, since, sinceOccurrence, until, untilOccurrence, hidden, position, imageUrl } = form;
  return {
    territories,
    since,
    sinceOccurrence,
    until,
    untilOccurrence,
    hidden,
    position: position === '' ? null : numberOf(position),
    names: given(form.names).map(([locale, name]) => ({ locale, name })),
    imageUrl,
  };
}

/** Return a form with its times in words, in the brand's zone. */
export function inWords(form: PlacementForm, brand: string): PlacementInWords {
  const { territories, since, until, hidden, names, imageUrl } = form;
  return {
    territories,
    since: since === '' ? null : localMoment(since, brand),
    until: until === '' ? null : localMoment(until, brand),
    hidden,
    position: inputOf(form).position ?? null,
    names: given(names),
    hasImage: imageUrl !== '',
  };
}

/** What an entry is about, as the address of its screen names it: `event:abc`. */
export interface EntryKey {
  readonly scope: BoardScope;
  readonly entry: string;
}

export function keyOf(id: string): EntryKey | null {
  const [scope = '', entry = ''] = id.split(':');
  const known = scope.toUpperCase();
  const isKnown = known === 'SPORT' || known === 'COMPETITION' || known === 'EVENT';
  return isKnown && entry !== '' ? { scope: known, entry } : null;
}

export function pathOf({ scope, entry }: EntryKey, brand: string): string {
  return `/board/${encodeURIComponent(`${scope.toLowerCase()}:${entry}`)}?brand=${encodeURIComponent(brand)}`;
}
