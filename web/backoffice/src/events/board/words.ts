/** How something is shown, in sentences: for the form before it is proposed, and for whoever approves it. */
import { LOCALE } from '../../money/amounts.ts';
import { WORDS } from '../../words/index.ts';

import type { BoardScope } from '../../graph/generated/operations.ts';

/** A placement whose instants are in words. */
export interface PlacementInWords {
  readonly territories: readonly string[];
  /** Null without a beginning, or an end. */
  readonly since: string | null;
  readonly until: string | null;
  readonly hidden: boolean;
  readonly position: number | null;
  readonly names: readonly (readonly [locale: string, name: string])[];
  readonly hasImage: boolean;
}

export const SCOPES: Readonly<Record<BoardScope, string>> = WORDS.common.kindsOfEvents;

export const EMPTY_AT = WORDS.board.emptyNowOrOnceItBegins;

const COUNTRIES = new Intl.DisplayNames(LOCALE, { type: 'region', fallback: 'code' });
const LANGUAGES = new Intl.DisplayNames(LOCALE, { type: 'language', fallback: 'code' });
const PLACES: Readonly<Record<number, string>> = WORDS.board.places;
const LISTED = new Intl.ListFormat(LOCALE, { type: 'conjunction' });
/** Countries whose name has an article in a sentence. */
const WITH_ARTICLE = new Set(['AE', 'BS', 'DO', 'GB', 'GM', 'NL', 'PH', 'US']);
const CODE = /^[A-Z]{2}$/u;

export function countryName(code: string): string {
  return CODE.test(code) ? (COUNTRIES.of(code) ?? code) : code;
}

export function languageName(locale: string): string {
  try {
    return LANGUAGES.of(locale) ?? locale;
  } catch {
    return locale; // what is no language has no name
  }
}

/** Return where it holds, such as `in Germany and Austria`. */
export function places(territories: readonly string[]): string {
  return territories.length === 0 ? WORDS.board.everywhere : WORDS.common.inTerritories({ territories: LISTED.format(territories.map((code) => (WITH_ARTICLE.has(code) ? WORDS.board.theCode({ code: countryName(code) }) : countryName(code)))) });
}

function times({ since, until }: PlacementInWords): string {
  if (since === null) return until === null ? WORDS.board.atAllTimes : WORDS.board.until({ until });
  return until === null ? WORDS.board.from({ since }) : WORDS.board.fromUntil({ since, until });
}

/** Return a placement as a sentence, such as `From 27 Mar 2026, 18:00 London time this event is first in Germany.` */
export function sentence(placement: PlacementInWords, scope: BoardScope): string {
  const where = places(placement.territories);
  const begins = WORDS.board.placementThisScope({ placement: times(placement), scope: SCOPES[scope] });
  if (placement.hidden) return placement.territories.length === 0 ? WORDS.board.isShownNowhere({ begins }) : WORDS.board.isNotShown({ begins, where });
  const { position } = placement;
  const place = position === null ? WORDS.board.shownThere : (PLACES[position] ?? WORDS.board.atPlace({ position }));
  const names = placement.names.map(([locale, name]) => WORDS.board.nameInLocale({ name, locale: languageName(locale) }));
  const named = names.length === 0 ? '' : WORDS.board.asNames({ names: LISTED.format(names) });
  return placement.hasImage ? WORDS.board.isShownWithPicture({ begins, place, where, named }) : WORDS.board.isShown({ begins, place, where, named });
}

/** Return all placements: the first that is in force wins. */
export function sentences(placements: readonly PlacementInWords[], scope: BoardScope): readonly string[] {
  if (placements.length === 0) return [WORDS.board.shownProvidersTell({ scope: SCOPES[scope] })];
  const said = [...new Set(placements.map((placement) => sentence(placement, scope)))];
  return said.length === 1 ? said : [...said.map((one, at) => `${at + 1}. ${one}`), WORDS.board.whereSeveralHoldFirstOne];
}
