/** The figures of each role's home, read from the graph and said in words. */
import { money, number, share } from '../money/amounts.ts';
import { brandName, rewardName } from '../frame/names.ts';
import { useGraph } from '../graph/useGraph.ts';
import { usePolled } from '../operations/page/usePolled.ts';
import { moment } from '../time/moments.ts';
import { HOME_CONTENT, HOME_OPERATIONS, HOME_OWN, HOME_PEOPLE, HOME_RISK, HOME_SUPPORT } from '../graph/generated/operations.ts';
import { weekName } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

import type { Figure } from './FigureCard.tsx';
import type { ContentCount, HomeOperations, HomeRisk } from '../graph/generated/operations.ts';

export interface Read {
  readonly figures: readonly Figure[];
  /** Why they could not be read, in words; empty if they could. */
  readonly problem: string;
  /** How many of them are still being read. */
  readonly pending?: number;
}

/** What is shown before there are figures: as many places as there will be, or why there are none. */
function stillReading(isAsked: boolean, problem: string, count: number): Read {
  return { figures: [], problem, pending: isAsked && problem === '' ? count : 0 };
}

/** What is owed by currency, which are never added up; a dash if nothing is. */
export function owed(lines: HomeRisk['riskLiability']['lines']): string {
  const sums = new Map<string, number>();
  for (const { currency, valueMinor } of lines) sums.set(currency, (sums.get(currency) ?? 0) + valueMinor);
  return [...sums].map(([currency, minor]) => money(minor, currency)).join(' + ') || '–';
}

function liability({ riskLiability: { asOf, lines } }: HomeRisk, brand: string): Figure {
  const note = asOf === null ? WORDS.common.notCountedYet : WORDS.home.ifTheWeekClosedNow({ asOf: moment(asOf, brand) });
  return { label: WORDS.common.liability, value: owed(lines), note, path: '/risk-overview' };
}

function forecast({ riskForecast: [one] }: HomeRisk): Figure {
  const given = { label: WORDS.common.forecastToTheWeeksEnd, path: '/risk-overview' };
  if (!one?.likely || one.low === null || one.high === null) {
    return { ...given, value: '–', note: one?.unavailable ?? WORDS.common.notCountedYet };
  }
  const { currency, likely, low, high } = one;
  const between = WORDS.home.between({ low: money(low.valueMinor, currency), high: money(high.valueMinor, currency) });
  return { ...given, value: money(likely.valueMinor, currency), note: between };
}

function reached({ riskWeeks: { nodes } }: HomeRisk): Figure {
  const week = nodes[0];
  if (week === undefined) return { label: WORDS.common.reachedTheTarget, value: '–', note: WORDS.home.noWeekIsCountedYet, path: '/risk-funnel' };
  const { isoWeek, qualified, optedIn } = week;
  return {
    label: WORDS.common.reachedTheTarget,
    value: share(optedIn === 0 ? null : qualified / optedIn),
    note: WORDS.home.ofWhoHaveOptedInIn({ qualified: number(qualified), optedIn: number(optedIn), week: weekName(isoWeek) }),
    path: '/risk-funnel',
  };
}

function budgets({ riskBudgets: { nodes } }: HomeRisk, brand: string): Figure {
  const stopped = nodes.filter((one) => one.stopped);
  return {
    label: WORDS.home.budgetsUsedUp,
    value: WORDS.common.partOf({ part: stopped.length, whole: nodes.length }),
    note: nodes.length === 0 ? WORDS.home.noRewardHasABudget : stopped.map(({ reward }) => rewardName(brand, reward)).join(', ') || WORDS.home.eachRewardBudgetCanChosen,
    path: '/risk-overview',
    ...(stopped.length === 0 ? {} : { state: { tone: 'warning', label: WORDS.home.cannotBeChosen } as const }),
  };
}

export function useRiskFigures(brand: string | null): Read {
  const { data, problem } = useGraph(HOME_RISK, brand === null ? null : { brand }, { isPending: (read) => read.riskLiability.asOf === null });
  if (data === null || brand === null) return stillReading(brand !== null, problem, 4);
  return { figures: [liability(data, brand), forecast(data), reached(data), budgets(data, brand)], problem };
}

const FINE = { tone: 'good', label: WORDS.common.fine } as const;

/** Say what is switched off: a brand’s own switch has no name but the brand’s. */
export function switches({ killSwitches }: HomeOperations): Figure {
  const off = killSwitches.nodes
    .map(({ brand, state }) => ({ brand, ...(state as { readonly scope: string; readonly name: string; readonly off: boolean }) }))
    .filter((state) => state.off)
    .map(({ brand, scope, name }) => {
      if (scope === 'brand') return WORDS.home.allOf({ brand: brandName(brand) });
      return scope === 'reward' ? WORDS.operations.rewardOfBrand({ reward: rewardName(brand, name), brand: brandName(brand) }) : name;
    });
  return {
    label: WORDS.common.switchedOff,
    value: number(off.length),
    note: off.join(', ') || WORDS.home.nothingIsSwitchedOff,
    path: '/switches',
    state: off.length === 0 ? FINE : { tone: 'warning', label: WORDS.home.off },
  };
}

export function useOperationsFigures(brand: string | null): Read {
  const { data, problem } = usePolled(HOME_OPERATIONS, brand === null ? null : {}, 10);
  return data === undefined ? stillReading(brand !== null, problem, 1) : { figures: [switches(data)], problem };
}

export function useSupportFigures(brand: string | null): Read {
  const { data, problem } = useGraph(HOME_SUPPORT, brand === null ? null : { brand });
  if (data === null || brand === null) return stillReading(brand !== null, problem, 1);
  const figures = data.goodwillBudgets.map(({ currency, isoWeek, amountMinor, leftMinor, agentMinor }) => ({
    label: WORDS.home.goodwillLeftIn({ week: weekName(isoWeek) }),
    value: money(leftMinor, currency),
    note: WORDS.home.ofForAllOfSupport({ amount: money(amountMinor, currency), agent: money(agentMinor, currency) }),
    path: '/customers',
    ...(leftMinor > 0 ? {} : { state: { tone: 'warning', label: WORDS.home.usedUp } as const }),
  }));
  return { figures, problem };
}

/** How many of the person's own proposals wait for a colleague. */
export function useOwnProposals(may: boolean): Read {
  const { data, problem } = useGraph(HOME_OWN, may ? {} : null);
  if (data === null || !may) return stillReading(may, problem, 1);
  const own = data.approvals.nodes.filter((one) => one.own).length;
  const filter = encodeURIComponent(JSON.stringify({ status: 'PENDING' }));
  const note = own === 0 ? WORDS.home.nothingThatYouProposedWaits : WORDS.home.aColleagueHasToDecideAboutThem;
  return { figures: [{ label: WORDS.home.myProposalsUnderWay, value: `${own}${data.approvals.hasNextPage ? '+' : ''}`, note, path: `/approvals?filter=${filter}` }], problem };
}

function contentFigure(label: string, note: string, { nodes: some, hasNextPage }: ContentCount, state: string): Figure {
  const filter = encodeURIComponent(JSON.stringify({ states: state }));
  return { label, value: `${some.length}${hasNextPage ? '+' : ''}`, note, path: `/content?filter=${filter}` };
}

export function useContentFigures(brand: string | null): Read {
  const { data, problem } = useGraph(HOME_CONTENT, brand === null ? null : { brand });
  if (data === null || brand === null) return stillReading(brand !== null, problem, 3);
  const figures = [
    contentFigure(WORDS.home.drafts, WORDS.home.writtenNotSentApproverYet, data.drafts, 'DRAFT'),
    contentFigure(WORDS.home.inReview, WORDS.home.anApproverHasToReadThem, data.review, 'IN_REVIEW'),
    contentFigure(WORDS.common.approved, WORDS.home.notPublishedYetOrScheduled, data.ready, 'APPROVED'),
  ];
  return { figures, problem };
}

export function usePeopleFigures(may: boolean): Read {
  const { data, problem } = useGraph(HOME_PEOPLE, may ? {} : null);
  if (data === null || !may) return stillReading(may, problem, 2);
  const { nodes: users, hasNextPage } = data.users;
  const active = users.filter(({ status }) => status === 'ACTIVE');
  const without = active.filter(({ secondFactor }) => !secondFactor);
  const figures: readonly Figure[] = [
    { label: WORDS.home.activeAccounts, value: `${active.length}${hasNextPage ? '+' : ''}`, note: WORDS.home.areDisabled({ count: users.length - active.length }), path: '/users' },
    {
      label: WORDS.home.withoutASecondFactor,
      value: number(without.length),
      note: without.length === 0 ? WORDS.home.eachActiveAccountSetUp : WORDS.home.theySetItUpAtTheNextSignIn,
      path: '/users',
      state: without.length === 0 ? FINE : { tone: 'warning', label: WORDS.home.notSetUp },
    },
  ];
  return { figures, problem };
}

/** What the homes ask the graph. */
export const HOME_QUERIES = [HOME_RISK, HOME_OPERATIONS, HOME_SUPPORT, HOME_OWN, HOME_CONTENT, HOME_PEOPLE] as const;
