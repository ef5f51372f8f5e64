/** The figures of finance's home: which payments wait or differ, what is stopped, and the last closed day. */
import { stateOfDay } from './words.ts';
import { money, number } from '../money/amounts.ts';
import { useGraph } from '../graph/useGraph.ts';
import { dayOf } from '../time/moments.ts';
import { HOME_DAY, HOME_FINANCE } from '../graph/generated/operations.ts';

import type { Figure } from '../home/FigureCard.tsx';
import type { Read } from '../home/figures.ts';
import type { FinanceDay, HomeFinance } from '../graph/generated/operations.ts';

const OF_CUSTOMERS: ReadonlySet<string> = new Set(['CASH', 'BONUS', 'FREE_BET']);

/** Return what a brand's customers had at the end of a day, by currency, which are never added up; a dash if nothing. */
export function heldByCustomers({ positions }: Pick<FinanceDay, 'positions'>, brand: string): string {
  const sums = new Map<string, number>();
  for (const { brand: whose, account, currency, closingMinor } of positions) {
    if (whose === brand && OF_CUSTOMERS.has(account)) sums.set(currency, (sums.get(currency) ?? 0) + closingMinor);
  }
  return [...sums].map(([currency, minor]) => money(minor, currency)).join(' + ') || '–';
}

function dayFigures(day: FinanceDay | undefined, brand: string): readonly Figure[] {
  const given = { label: 'Last closed day', path: '/days' };
  if (day === undefined) return [{ ...given, value: '–', note: 'No day is closed yet.' }];
  const note = `${number(day.transfers)} transfers; ${day.signed ? 'signed' : 'unsigned'}.`;
  return [
    { ...given, value: dayOf(day.day), note, state: stateOfDay(day) },
    { label: 'Customers have', value: heldByCustomers(day, brand), note: `Cash, bonuses and free bets at the end of ${dayOf(day.day)}.`, path: '/days' },
  ];
}

const WAITS = { tone: 'warning', label: 'waiting' } as const;

function paymentFigures({ withdrawals, cases, differingDays }: HomeFinance['financeWaiting']): readonly Figure[] {
  return [
    {
      label: 'Withdrawals waiting',
      value: number(withdrawals),
      note: withdrawals === 0 ? 'No withdrawal waits for a person.' : 'Their money is set aside until two people decide.',
      path: '/withdrawals',
      ...(withdrawals === 0 ? {} : { state: WAITS }),
    },
    {
      label: 'Payment differences',
      value: number(cases),
      note: cases === 0 ? 'Nothing differs.' : 'What does not fit, or could not be done: each needs a finding.',
      path: '/paymentCases',
      ...(cases === 0 ? {} : { state: WAITS }),
    },
    {
      label: 'Days that differ',
      value: number(differingDays),
      note: differingDays === 0 ? 'All compared reports of processors are equal or explained.' : 'Reports of processors say something else than we know.',
      path: '/comparedDays',
      ...(differingDays === 0 ? {} : ({ state: { tone: 'bad', label: 'differ' } } as const)),
    },
  ];
}

/** Return a figure of what is rarely there; none if nothing is. */
function busy(label: string, count: number, note: string, path: string): readonly Figure[] {
  return count === 0 ? [] : [{ label, value: number(count), note, path, state: WAITS }];
}

function waitingFigures({ financeHolds: holds, financeWaiting: { checks, corrections } }: HomeFinance): readonly Figure[] {
  const currencies = [...new Set(holds.map(({ currency }) => currency))].toSorted();
  return [
    {
      label: 'Payouts stopped',
      value: currencies.join(', ') || 'None',
      note: currencies.length === 0 ? 'All currencies pay out.' : 'A day differed: two people decide when payouts go on.',
      path: '/payoutStops',
      state: currencies.length === 0 ? { tone: 'good', label: 'fine' } : { tone: 'bad', label: 'stopped' },
    },
    ...busy('Corrections under way', corrections, 'Approved, and not moved by the wallet yet.', '/corrections'),
    ...busy('Financial checks', checks, 'Customers who passed the threshold wait for a person.', '/financialChecks'),
  ];
}

/** @param ofAllBrands whether the person may see closes, which are of all brands */
export function useFinanceFigures(brand: string | null, ofAllBrands: boolean): Read {
  const waiting = useGraph(HOME_FINANCE, brand === null ? null : { brand });
  const closed = useGraph(HOME_DAY, brand === null || !ofAllBrands ? null : {});
  if (brand === null) return { figures: [], problem: '' };
  const figures = [
    ...(waiting.data === null ? [] : paymentFigures(waiting.data.financeWaiting)),
    ...(waiting.data === null ? [] : waitingFigures(waiting.data)),
    ...(closed.data === null ? [] : dayFigures(closed.data.financeCloses.nodes[0], brand)),
  ];
  return { figures, problem: waiting.problem || closed.problem };
}
