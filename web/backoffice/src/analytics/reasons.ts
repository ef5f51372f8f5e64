/** Why bets counted or did not, as a picture: bets by week, and each reason in the table. */
import { text, value, type Picture } from './picture.ts';
import { money, number, share } from '../money/amounts.ts';
import { slotsOf } from '../charts/slots.ts';
import { reasonInWords } from '../rules/scheme.ts';
import { weekCell, weekName, weekTick } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

import type { Row } from './reports.ts';

const COUNTED = new Set(['COUNTED', 'PARTIAL_VOID']);
const WEEKS = 8;

function bets(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + value(row, 'bets'), 0);
}

function hasCounted(row: Row): boolean {
  return COUNTED.has(text(row, 'reason'));
}

export function reasons(rows: readonly Row[]): Picture {
  const currency = text(rows[0], 'currency');
  const weeks = [...new Set(rows.map((row) => text(row, 'iso_week')))].sort();
  const of = (week: string) => rows.filter((row) => text(row, 'iso_week') === week);
  const week = weeks.at(-1) ?? '';
  const last = of(week);
  const lost = last.filter((row) => !hasCounted(row)).toSorted((left, right) => value(right, 'bets') - value(left, 'bets'));
  const count = bets(last);
  const counted = WORDS.analytics.betsCounted({ count, share: share(bets(last.filter(hasCounted)) / Math.max(1, count)), bets: number(count), week: weekName(week) });
  const shown = slotsOf(weeks, WEEKS);
  const counts = (is: (row: Row) => boolean) => shown.map((each) => (of(each).length === 0 ? null : bets(of(each).filter(is))));
  return {
    name: WORDS.analytics.whatCountedIn({ jurisdiction: text(rows[0], 'jurisdiction'), currency }),
    finding:
      lost[0] === undefined
        ? counted
        : WORDS.analytics.mostOthers({ counted, reason: reasonInWords(text(lost[0], 'reason')), others: number(value(lost[0], 'bets')) }),
    categories: shown.map(weekTick),
    series: [
      { label: WORDS.analytics.counted, data: counts(hasCounted) },
      { label: WORDS.analytics.didntCount, data: counts((row) => !hasCounted(row)) },
    ],
    isStacked: true,
    format: number,
    heads: [WORDS.common.week, WORDS.common.reason, WORDS.common.bets, WORDS.common.customers, WORDS.common.stakes, WORDS.analytics.counted],
    words: [WORDS.common.reason],
    rows: rows.toReversed().map((row) => [
      weekCell(text(row, 'iso_week')),
      reasonInWords(text(row, 'reason')),
      number(value(row, 'bets')),
      number(value(row, 'customers')),
      money(value(row, 'stake_minor'), currency),
      money(value(row, 'counted_minor'), currency),
    ]),
  };
}
