/** What a version counts, in words: for the form before it is proposed, and for whoever approves it. */
import { LOCALE } from '../money/amounts.ts';
import { moment } from '../time/moments.ts';

import type { SchemeScopeInput, SchemeScopeItem, SchemeScopeKind } from '../graph/generated/operations.ts';

export type LegsRule = 'all' | 'qualifying';

export const SCOPE_KINDS: Readonly<Record<SchemeScopeKind, string>> = { SPORT: 'sport', COMPETITION: 'competition', EVENT: 'event' };

/** What holds for a version that chooses nothing. */
export const ALL_COUNT = 'Bets on all events count, and bets that name none as well.';

const LISTED = new Intl.ListFormat(LOCALE, { type: 'disjunction' });

export function legsRule(legs: string): LegsRule {
  return legs === 'qualifying' ? 'qualifying' : 'all';
}

/** Return what an item is called where its kind is clear; null of a name says that no provider tells of it any more. */
export function itemName({ kind, name }: SchemeScopeItem): string {
  if (name === null) return `${kind === 'EVENT' ? 'an' : 'a'} ${SCOPE_KINDS[kind]} that is not known any more`;
  return kind === 'SPORT' ? name.toLowerCase() : name;
}

/** Return an item with what tells it from others, such as `Gold Cup (Cheltenham Festival, horse racing, 18 Mar 2026, 16:00 London time)`. */
export function itemInWords(item: SchemeScopeItem, brand: string | null): string {
  const when = item.startsAt === null ? '' : moment(item.startsAt, brand);
  const about = [item.competition === item.name ? '' : item.competition, item.sport.toLowerCase(), when].filter((part) => part !== '');
  return about.length === 0 ? itemName(item) : `${itemName(item)} (${about.join(', ')})`;
}

/** Return what counts as sentences. */
export function scopeInWords(items: readonly SchemeScopeItem[], legs: LegsRule, brand: string | null): string {
  const [what, ofLegs] = [LISTED.format(items.map((item) => itemInWords(item, brand))), items.length === 1 ? 'on it' : 'on one of these'];
  const several =
    legs === 'all'
      ? `Of a bet with several legs, each leg has to be ${ofLegs}.`
      : `Of a bet with several legs, one leg ${ofLegs} is enough, and the least odds hold for such legs alone.`;
  return `Only bets on ${what} count. ${several} Bets that name no event do not count.`;
}

/** Return what is chosen as the graph takes it. */
export function scopeInput(items: readonly SchemeScopeItem[], legs: LegsRule): SchemeScopeInput {
  const ids = (wanted: SchemeScopeKind) => items.filter(({ kind }) => kind === wanted).map(({ id }) => id);
  return { sports: ids('SPORT'), competitions: ids('COMPETITION'), events: ids('EVENT'), legs };
}
