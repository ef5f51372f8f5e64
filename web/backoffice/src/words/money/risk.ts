/** What the back office says: risk. */
import { plural, type Messages, type Named } from '../message.ts';

export const RISK = {
  // Customers
  byTheCustomer: 'By the customer',
  byDefault: 'By default',
  chosen: 'Chosen',
  customersOfAFigure: 'Customers of a figure',
  customersBehindAFigure: 'customers behind a figure',

  // Goodwill
  goodwillCredits: 'Goodwill credits',
  goodwillCreditsInline: 'goodwill credits',

  // FigureTable
  nothingYet: 'Nothing yet.',

  // downloads
  exportFailed: 'Export failed.',

  // rewardColumns
  default: 'default',
  noneCanBePaid: 'no reward available',
  version: ({ reward, version }: Named<'reward' | 'version'>) => `${reward} (version ${version})`,
  spins: 'Spins',
  withoutAValue: 'Without a value',

  // BudgetsSection
  setOnAllNodes: 'Set on all nodes.',
  setABudget: 'Set a budget',
  set: 'Set',
  everyWeekWithoutBudgetOwn: 'Every week without a budget of its own',
  numberOfRewards: 'Number of rewards',
  emptyForNoLimit: 'Empty for no limit. A higher limit is only proposed; another person approves it.',
  budgetsOfThisWeek: 'Budgets of this week',
  budgetsOf: ({ week }: Named<'week'>) => `Budgets of ${week}`,
  itsOwn: ({ week }: Named<'week'>) => `${week} (its own)`,
  budget: 'Budget',
  dueOrPaid: 'Due or credited',
  left: 'Left',
  choosing: 'Choosing',
  inNumbersOfRewards: 'In numbers of rewards. Rewards that aren’t listed have no limit.',

  // ForecastSection
  likelyLowToHigh: ({ likely, low, high }: Named<'likely' | 'low' | 'high'>) => `${likely} (${low} to ${high})`,
  testedOnWeeksThatAreOver: ({ count, off, inside }: { count: number } & Named<'off' | 'inside'>) =>
    plural(
      count,
      `Tested on 1 week that is over: at this hour it was off by ${off}, and ${inside} of 1 ended in the range.`,
      `Tested on ${count} weeks that are over: at this hour it was off by ${off} on average, and ${inside} of them ended in the range.`,
    ),
  hoursOver: 'Hours over',
  rewardsNow: 'Rewards now',
  valueNow: 'Value now',
  rewardsLikelyRange: 'Rewards likely (range)',
  valueLikelyRange: 'Value likely (range)',

  // GoodwillSection
  aHigherLimitIsOnlyProposed: 'A higher limit is only proposed; another person approves it.',
  emptyForTheWholeBudget: 'Empty for the whole budget.',
  theBudgetIsSet: 'The budget is set.',
  setAGoodwillBudget: 'Set a goodwill budget',
  setWhat: ({ what }: Named<'what'>) => `Set ${what}`,
  goodwillBudgets: 'Goodwill budgets',
  aCustomer: 'A customer',
  aPerson: 'A person',
  proposed: 'Proposed',
  whatSupportMayGiveInAWeek: 'What support may give in a week. Without a budget nothing is given.',
  stage: 'Stage',
  credits: 'Credits',

  // LiabilitySection
  liabilityNow: 'Liability now',
  changesOfChoiceInDoubt: ({ asOf, changesInDoubt }: Named<'asOf' | 'changesInDoubt'>) => `${asOf} Changes of choice in doubt: ${changesInDoubt}.`,
  cellAtAsOf: ({ cell, asOf }: Named<'cell' | 'asOf'>) => `${cell} at ${asOf}`,
  theOldestCountOfEachCell: ({ cells }: Named<'cells'>) => `The oldest count of each cell: ${cells}.`,
  liabilityByStageAsInTable: ({ currency }: Named<'currency'>) => `Liability in ${currency} by stage, as in the table`,

  // Overview
  whatWouldOwedIfWeekClosed:
    'What would be owed if the week closed now, with the default reward for customers who have chosen nothing; what the week may earn by its end; the budgets, and goodwill.',

  // budget
  asOftenAsTheyLike: 'as often as they like',
  timesAtMost: ({ count, shown }: { count: number } & Named<'shown'>) => plural(count, `${shown} time at most`, `${shown} times at most`),
  everyWeekWithoutBudgetOwnInline: 'in every week without a budget of its own',
  customersMayChoose: ({ reward, often, when }: Named<'reward' | 'often' | 'when'>) => `Customers may choose ${reward} ${often} ${when}.`,

  // Funnel
  seen: 'Seen',
  optedIn: 'Opted in',
  qualified: 'Qualified',
  chose: 'Chose',
  funnelByWeek: 'Funnel by week',
  inProgress: ({ week }: Named<'week'>) => `${week} (in progress)`,
  qualifiedOfOptedIn: 'Qualified of opted in',
  countedAt: 'Counted at',
  customersEachStepLatest: 'Customers at each step, for the latest weeks, as in the table',
  howManyCustomersShown: 'How many customers were shown the tracker, opted in, qualified, chose a reward themselves, were credited and used it, week by week.',

  // FunnelCard
  nobodyOptedInIn: ({ week }: Named<'week'>) => `Nobody opted in in ${week}`,
  thoseOptedReachedTarget: ({ qualified, week }: Named<'qualified' | 'week'>) => `${qualified} of those who opted in reached the target in ${week}`,

  // Profit
  ofMembers: 'Of members',
  expected: 'Expected',
  outstanding: 'Outstanding',
  profitAndLossIn: ({ currency }: Named<'currency'>) => `Profit and loss in ${currency}`,
  cost: 'Cost',
  costOfTurnover: 'Cost of turnover',
  costRewardsWeekTable: ({ currency }: Named<'currency'>) => `Cost of rewards in ${currency} by week, as in the table`,
  countingStakesBetsCount:
    'The counting stakes of bets that count against the cost of rewards. What bets won or lost isn’t in their messages, so the margin isn’t known. Currencies are never added up.',

  // Rewards
  valueRewardsRewardStage: ({ currency }: Named<'currency'>) => `Value of rewards in ${currency} by reward and stage, as in the table`,
  costByRewardIn: ({ week }: Named<'week'>) => `Cost by reward in ${week}`,
  eachVersionOfARewardByStage: 'Each version of a reward by stage: how many customers, what it is worth, and what has no value in money.',
} satisfies Messages;
