/** Processors and their reports in words: how each does, for what it is asked, and how a day compares. */
import { reasonInWords } from './story.ts';
import { money, number, word } from '../money/amounts.ts';

import type { ComparedDay, OpenCase, ShownProcessor } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

interface Shown {
  readonly tone: Tone;
  readonly label: string;
}

/** Return whether a day is right, or whether somebody has to look. */
export function comparisonState({ cases }: Pick<ComparedDay, 'cases'>): Shown {
  const waiting = cases.reduce((sum, { waiting: some }) => sum + some, 0);
  if (waiting > 0) return { tone: 'bad', label: waiting === 1 ? '1 difference' : `${number(waiting)} differences` };
  return cases.length === 0 ? { tone: 'good', label: 'Equal' } : { tone: 'neutral', label: 'Explained' };
}

/** Return how many cases of a kind a day has, and how many of them are closed. */
export function casesOf({ cases }: Pick<ComparedDay, 'cases'>, kind: OpenCase['kind']): string {
  const found = cases.find((one) => one.kind === kind);
  if (found === undefined) return '0';
  const closed = found.cases - found.waiting;
  if (closed === 0) return number(found.cases);
  return closed === found.cases ? `${number(closed)} closed` : `${number(found.cases)}, ${number(closed)} closed`;
}

/** Return whether a processor answers and may be asked. */
export function processorState({ enabled, doubtful }: Pick<ShownProcessor, 'enabled' | 'doubtful'>): Shown {
  if (doubtful > 0) return { tone: 'bad', label: 'Owes answers' };
  if (enabled === null) return { tone: 'neutral', label: 'Not configured here' };
  return enabled ? { tone: 'good', label: 'In use' } : { tone: 'warning', label: 'Switched off' };
}

/** Return what a processor has not answered or finished, a line each. */
export function waitsInWords({ doubtful, doubtfulSince, underWay, underWaySince }: Pending, time: (at: string) => string): readonly string[] {
  const since = (at: string | null) => (at === null ? '' : `, the oldest from ${time(at)}`);
  const lines = [doubtful === 0 ? '' : `${number(doubtful)} unanswered${since(doubtfulSince)}`, underWay === 0 ? '' : `${number(underWay)} on the way${since(underWaySince)}`];
  return lines.filter((line) => line !== '');
}

type Pending = Pick<ShownProcessor, 'doubtful' | 'doubtfulSince' | 'underWay' | 'underWaySince'>;
type Route = ShownProcessor['routes'][number];

/** Return for what a processor is asked: `Debit card (deposits in GBP): asked first of 2, up to £1,000.00, in GB`. */
export function routeInWords({ name, direction, place, places, brands, countries, currencies, maximumMinor }: Route): string {
  const [currency = ''] = currencies;
  const parts = [
    places === 1 ? 'the only processor' : place === 1 ? `asked first of ${places}` : `number ${place} of ${places}`,
    maximumMinor === null ? '' : `up to ${money(maximumMinor, currency)}`,
    countries.length === 0 ? '' : `in ${countries.join(', ')}`,
    brands.length === 0 ? '' : `for ${brands.join(', ')}`,
  ];
  return `${name} (${word(direction.toLowerCase()).toLowerCase()}s in ${currencies.join(', ')}): ${parts.filter((part) => part !== '').join(', ')}`;
}

/** Return why parts failed in the last day, a line each: `3 × insufficient funds`. */
export function failuresInWords(failures: ShownProcessor['failures']): readonly string[] {
  return failures.map(({ reason, parts }) => `${number(parts)} × ${reason === '' ? 'without a reason' : failure(reason)}`);
}

function failure(reason: string): string {
  const words = reasonInWords(reason);
  return words.startsWith('Its reason: ') ? reason.replaceAll('_', ' ') : words.replace(/\.$/u, '').toLowerCase();
}
