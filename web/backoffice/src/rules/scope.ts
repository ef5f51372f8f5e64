/** What a version counts, in words: for the form before it is proposed, and for whoever approves it. */
import { LOCALE } from '../money/amounts.ts';
import { moment } from '../time/moments.ts';
import { WORDS } from '../words/index.ts';

import type { SchemeScopeInput, SchemeScopeItem, SchemeScopeKind } from '../graph/generated/operations.ts';

export type LegsRule = 'all' | 'qualifying';

export const SCOPE_KINDS: Readonly<Record<SchemeScopeKind, string>> = WORDS.common.kindsOfEvents;

/** What holds for a version that chooses nothing. */
export const ALL_COUNT = WORDS.rules.betsAllEventsCountBetsName;

const LISTED = new Intl.ListFormat(LOCALE, { type: 'disjunction' });

export function legsRule(legs: string): LegsRule {
  return legs === 'qualifying' ? 'qualifying' : 'all';
}

/** Return what an item is called where its kind is clear; null of a name says that no provider tells of it any more. */
export function itemName({ kind, name }: SchemeScopeItem): string {
  if (name === null) return kind === 'EVENT' ? WORDS.rules.unknownEvent({ kind: SCOPE_KINDS[kind] }) : WORDS.rules.unknownItem({ kind: SCOPE_KINDS[kind] });
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
  const [what, ofLegs] = [LISTED.format(items.map((item) => itemInWords(item, brand))), items.length === 1 ? WORDS.rules.onIt : WORDS.rules.onOneOfThese];
  const several =
    legs === 'all'
      ? WORDS.rules.betSeveralLegsEachLeg({ ofLegs })
      : WORDS.rules.betSeveralLegsOneLegEnough({ ofLegs });
  return WORDS.rules.onlyBetsOnCount({ what, several });
}

/** Return what is chosen as the graph takes it. */
export function scopeInput(items: readonly SchemeScopeItem[], legs: LegsRule): SchemeScopeInput {
  const ids = (wanted: SchemeScopeKind) => items.filter(({ kind }) => kind === wanted).map(({ id }) => id);
  return { sports: ids('SPORT'), competitions: ids('COMPETITION'), events: ids('EVENT'), legs };
}
