/** Processors and their reports in words: how each does, for what it is asked, and how a day compares. */
import { codeInWords } from './story.ts';
import { brandName } from '../frame/names.ts';
import { money, number } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

import type { ComparedDay, OpenCase, ShownProcessor } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

interface Shown {
  readonly tone: Tone;
  readonly label: string;
}

/** Return whether a day is right, or whether somebody has to look. */
export function comparisonState({ cases }: Pick<ComparedDay, 'cases'>): Shown {
  const waiting = cases.reduce((sum, { waiting: some }) => sum + some, 0);
  if (waiting > 0) return { tone: 'bad', label: WORDS.payments.differences({ waiting, shown: number(waiting) }) };
  return cases.length === 0 ? { tone: 'good', label: WORDS.payments.equal } : { tone: 'neutral', label: WORDS.payments.explained };
}

/** Return how many cases of a kind a day has, and how many of them are closed. */
export function casesOf({ cases }: Pick<ComparedDay, 'cases'>, kind: OpenCase['kind']): string {
  const found = cases.find((one) => one.kind === kind);
  if (found === undefined) return '0';
  const closed = found.cases - found.waiting;
  if (closed === 0) return number(found.cases);
  return closed === found.cases ? WORDS.payments.closed({ closed: number(closed) }) : WORDS.payments.casesClosedClosed({ cases: number(found.cases), closed: number(closed) });
}

/** Return whether a processor answers and may be asked. */
export function processorState({ enabled, doubtful }: Pick<ShownProcessor, 'enabled' | 'doubtful'>): Shown {
  if (doubtful > 0) return { tone: 'bad', label: WORDS.payments.owesAnswers };
  if (enabled === null) return { tone: 'neutral', label: WORDS.payments.notConfiguredHere };
  return enabled ? { tone: 'good', label: WORDS.common.inUse } : { tone: 'warning', label: WORDS.common.switchedOff };
}

/** Return what a processor has not answered or finished, a line each. */
export function waitsInWords({ doubtful, doubtfulSince, underWay, underWaySince }: Pending, time: (at: string) => string): readonly string[] {
  const lines: string[] = [];
  if (doubtful > 0) lines.push(unanswered(number(doubtful), doubtfulSince === null ? null : time(doubtfulSince)));
  if (underWay > 0) lines.push(onTheWay(number(underWay), underWaySince === null ? null : time(underWaySince)));
  return lines;
}

function unanswered(count: string, at: string | null): string {
  return at === null ? WORDS.payments.unanswered({ count }) : WORDS.payments.unansweredSince({ count, at });
}

function onTheWay(count: string, at: string | null): string {
  return at === null ? WORDS.payments.onTheWay({ count }) : WORDS.payments.onTheWaySince({ count, at });
}

type Pending = Pick<ShownProcessor, 'doubtful' | 'doubtfulSince' | 'underWay' | 'underWaySince'>;
type Route = ShownProcessor['routes'][number];

/** Return for what a processor is asked: `Debit card (deposits in GBP): asked first of 2, up to £1,000.00, in GB`. */
export function routeInWords({ name, direction, place, places, brands, countries, currencies, maximumMinor }: Route): string {
  const [currency = ''] = currencies;
  const parts = [
    places === 1 ? WORDS.payments.theOnlyProcessor : WORDS.payments.numberOf({ place, places }),
    maximumMinor === null ? '' : WORDS.payments.upTo({ maximum: money(maximumMinor, currency) }),
    countries.length === 0 ? '' : WORDS.common.inTerritories({ territories: countries.join(', ') }),
    brands.length === 0 ? '' : WORDS.payments.forBrands({ brands: brands.map(brandName).join(', ') }),
  ];
  return WORDS.payments.routeInWords({
    name,
    direction: WORDS.payments.directions[direction],
    currencies: currencies.join(', '),
    parts: parts.filter((part) => part !== '').join(', '),
  });
}

/** Return why parts failed in the last day, a line each: `3 × insufficient funds`. */
export function failuresInWords(failures: ShownProcessor['failures']): readonly string[] {
  return failures.map(({ reason, parts }) => WORDS.payments.partsWhat({ parts: number(parts), what: reason === '' ? WORDS.payments.withoutAReason : failure(reason) }));
}

function failure(reason: string): string {
  return codeInWords(reason)?.replace(/\.$/u, '').toLowerCase() ?? reason.replaceAll('_', ' ');
}
