/** The figures of finance's home: which payments wait or differ, what is stopped, and the last closed day. */
import { stateOfDay } from './words.ts';
import { money, number } from '../money/amounts.ts';
import { useGraph } from '../graph/useGraph.ts';
import { dayOf } from '../time/moments.ts';
import { HOME_DAY, HOME_FINANCE } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

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
  const given = { label: WORDS.finance.lastClosedDay, path: '/days' };
  if (day === undefined) return [{ ...given, value: '–', note: WORDS.finance.noDayIsClosedYet }];
  const transfers = { count: day.transfers, shown: number(day.transfers) };
  const note = day.signed ? WORDS.finance.transfersSigned(transfers) : WORDS.finance.transfersUnsigned(transfers);
  return [
    { ...given, value: dayOf(day.day), note, state: stateOfDay(day) },
    { label: WORDS.finance.customersHave, value: heldByCustomers(day, brand), note: WORDS.finance.cashBonusesFreeBetsEnd({ day: dayOf(day.day) }), path: '/days' },
  ];
}

const WAITS = { tone: 'warning', label: WORDS.finance.waiting } as const;

function paymentFigures({ withdrawals, cases, differingDays }: HomeFinance['financeWaiting']): readonly Figure[] {
  return [
    {
      label: WORDS.finance.withdrawalsWaiting,
      value: number(withdrawals),
      note: withdrawals === 0 ? WORDS.finance.noWithdrawalWaitsForAPerson : WORDS.finance.moneySetAsideUntilTwo,
      path: '/withdrawals',
      ...(withdrawals === 0 ? {} : { state: WAITS }),
    },
    {
      label: WORDS.common.paymentDifferences,
      value: number(cases),
      note: cases === 0 ? WORDS.common.nothingDiffers : WORDS.finance.whatDoesNotFitOrCouldNotBeDone,
      path: '/paymentCases',
      ...(cases === 0 ? {} : { state: WAITS }),
    },
    {
      label: WORDS.finance.daysThatDiffer,
      value: number(differingDays),
      note: differingDays === 0 ? WORDS.finance.allComparedReports : WORDS.finance.reportsProcessorsSay,
      path: '/comparedDays',
      ...(differingDays === 0 ? {} : ({ state: { tone: 'bad', label: WORDS.finance.differ } } as const)),
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
      label: WORDS.finance.payoutsStopped,
      value: currencies.join(', ') || WORDS.common.none,
      note: currencies.length === 0 ? WORDS.finance.allCurrenciesPayOut : WORDS.finance.aDayDiffered,
      path: '/payoutStops',
      state: currencies.length === 0 ? { tone: 'good', label: WORDS.common.fine } : { tone: 'bad', label: WORDS.finance.stopped },
    },
    ...busy(WORDS.finance.correctionsUnderWay, corrections, WORDS.finance.approvedNotMovedWalletYet, '/corrections'),
    ...busy(WORDS.finance.financialChecks, checks, WORDS.finance.customersPassedThreshold, '/financialChecks'),
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
