/** What the back office says: analytics. */
import { plural, type Messages, type Named } from '../message.ts';

export const ANALYTICS = {
  // Analytics
  nothingIsCountedYet: 'Nothing is counted yet.',
  reports: 'Reports',
  askInSql: 'Ask in SQL',
  whatHappenedOverAllCells: 'What happened, over all cells, as the store of analytics has it. Views of customer data are logged.',

  // AnswerCard
  parquet: 'Parquet',
  answer: 'Answer',
  export: ({ label }: Named<'label'>) => `Export ${label}`,
  asInTheTableBelow: ({ label }: Named<'label'>) => `${label}, as in the table below`,
  rowsOfTheAnswer: 'Rows of the answer',
  onlyShownRowsSorted: ({ shown, all }: Named<'shown' | 'all'>) => `Only the ${shown} rows shown are sorted, not all ${all}. ORDER BY sorts all of them.`,

  // Summaries
  columnSummary: 'Column summary',
  ofTheRowsShown: ({ shown, all }: Named<'shown' | 'all'>) => `Of the ${shown} rows shown, not of all ${all}.`,
  distinctValues: ({ count, shown }: { count: number } & Named<'shown'>) => plural(count, '1 value', `${shown} different values`),
  emptyCells: ({ shown }: Named<'shown'>) => `${shown} empty`,
  leastToGreatest: ({ least, greatest }: Named<'least' | 'greatest'>) => `${least} to ${greatest}`,
  sumAndMean: ({ sum, mean }: Named<'sum' | 'mean'>) => `sum ${sum} · mean ${mean}`,

  // Filling
  chartsAppearHereByThemselves: 'Charts appear here by themselves.',
  howFarHistoryIsFilled: 'How far history is filled',

  // FilterBar
  filters: 'Filters',
  theBeginning: 'The beginning',
  allProducts: 'All products',
  showAll: 'Show all',

  // Questions
  askAboutEverythingHappened:
    'Ask about everything that happened, over all brands, in ClickHouse’s SQL. Amounts are in minor units, times in UTC. Each question and each export is recorded.',
  questionInSql: 'Question in SQL',
  ctrlEnterAsks: 'Ctrl-Enter asks. SHOW TABLES and DESCRIBE table work as well.',
  asking: 'Asking…',
  cancelled: 'Cancelled.',
  ask: 'Ask',
  askedAgainByItself: 'We’ll ask again automatically.',
  lastQuestions: 'Last questions',
  yourRolesDoNotPermitThis: 'Your roles don’t allow questions in SQL: answers cover all brands, so the role has to as well.',

  // ReadUntil
  completeUpTo: ({ until }: Named<'until'>) => `Complete up to ${until}.`,
  completeOfCellUpTo: ({ cell, until }: Named<'cell' | 'until'>) => `Complete of ${cell} up to ${until}.`,
  factsBeingReadFirstTime: 'The facts are being read for the first time',
  factsOfCellBeingRead: ({ cell }: Named<'cell'>) => `The facts of ${cell} are being read for the first time`,
  onlyFactsUpToAreCounted: ({ until }: Named<'until'>) => `Only facts up to ${until} are counted`,
  onlyFactsOfCellAreCounted: ({ cell, until }: Named<'cell' | 'until'>) => `Only facts of ${cell} up to ${until} are counted`,
  recordsWait: ({ read, waiting, shown }: { waiting: number } & Named<'read' | 'shown'>) =>
    plural(waiting, `${read}; 1 record waits. The figures may grow.`, `${read}; ${shown} records wait. The figures may grow.`),
  theFiguresMayGrow: ({ read }: Named<'read'>) => `${read}. The figures may grow.`,

  // TableList
  writeAQuestionAbout: ({ name }: Named<'name'>) => `Write a question about ${name}`,
  tables: 'Tables',
  findATable: 'Find a table',
  noTableHasTheseWords: 'No table has these words.',
  listOfTables: 'List of tables',

  // answer
  seriesByColumn: ({ series, column }: Named<'series' | 'column'>) => `${series} by ${column}`,
  figureByColumns: ({ figure, column, series }: Named<'figure' | 'column' | 'series'>) => `${figure} by ${column} and ${series}`,
  noRows: 'No rows: nothing matches the question.',
  theFirstOfRows: ({ shown, all, seconds }: Named<'shown' | 'all' | 'seconds'>) =>
    `The first ${shown} of ${all} rows in ${seconds} s. A file has all of them.`,
  rows: ({ all, shown, seconds }: { all: number } & Named<'shown' | 'seconds'>) => `${plural(all, '1 row', `${shown} rows`)} in ${seconds} s`,

  // types
  types: { text: 'Text', whole: 'Whole number', number: 'Number', date: 'Date', moment: 'Moment', yes: 'Yes/no', list: 'List', other: 'Other' },

  // bets
  whatInCurrency: ({ what, currency }: Named<'what' | 'currency'>) => `${what} in ${currency}`,
  settledStakes: 'Settled stakes',
  returns: 'Returns',
  grossRevenue: 'Gross revenue',
  freeBets: 'Free bets',
  clubsCost: 'Club’s cost',
  netRevenue: 'Net revenue',
  rewardsAnyProductCostSeven: ({ cost }: Named<'cost'>) => `Rewards for any product cost ${cost} in seven days`,
  grossInSevenDays: ({ gross }: Named<'gross'>) => `${gross} gross revenue in seven days`,
  grossAndMarginInSevenDays: ({ gross, margin }: Named<'gross' | 'margin'>) => `${gross} gross revenue in seven days (margin ${margin})`,
  netWithoutRewards: ({ revenue, net }: Named<'revenue' | 'net'>) => `${revenue}; ${net} net, with free bets and no rewards for this product alone`,
  netWithRewards: ({ revenue, net, cost }: Named<'revenue' | 'net' | 'cost'>) =>
    `${revenue}; ${net} net, with free bets and rewards of ${cost} for this product`,
  rewardsForAnyProductIn: ({ currency }: Named<'currency'>) => `Rewards for any product, in ${currency}`,
  revenueOf: ({ what }: Named<'what'>) => `Revenue: ${what}`,
  multiples: 'Multiples',
  events: ({ what }: Named<'what'>) => `Events: ${what}`,
  earnedMostAndLeast: ({ best, bestGross, worst, worstGross }: Named<'best' | 'bestGross' | 'worst' | 'worstGross'>) =>
    `${best} earned most: ${bestGross}; ${worst} least: ${worstGross}`,
  lastDayUtc: 'Last day (UTC)',
  returnsIfAllWin: 'Returns if all win',
  openBets: ({ what }: Named<'what'>) => `Open bets: ${what}`,
  openBetsCostIfAllWin: ({ exposure }: Named<'exposure'>) => `Open bets cost ${exposure} if all win`,
  openBetsCostAndWorst: ({ exposure, worst, event, pick }: Named<'exposure' | 'worst' | 'event' | 'pick'>) =>
    `Open bets cost ${exposure} if all win; at worst ${worst} on ${event} (${pick})`,
  startsUtc: 'Starts (UTC)',
  costsMost: 'Costs most',
  returnsOfMultiples: 'Returns of multiples',
  allOpenBets: 'All open bets',

  // pictures
  members: 'Members',
  hadABetThatCounted: 'Had a bet that counted',
  choseAReward: 'Chose a reward',
  funnelIn: ({ jurisdiction }: Named<'jurisdiction'>) => `Funnel in ${jurisdiction}`,
  nobodyWasAMemberIn: ({ week }: Named<'week'>) => `Nobody was a member in ${week}`,
  membersReachedTheTarget: ({ count, qualified, members, share, week }: { count: number } & Named<'qualified' | 'members' | 'share' | 'week'>) =>
    plural(
      count,
      `${qualified} of 1 member (${share}) reached the target in ${week}`,
      `${qualified} of ${members} members (${share}) reached the target in ${week}`,
    ),
  provisional: 'Provisional',
  forecast: 'Forecast',
  liabilityIn: ({ currency }: Named<'currency'>) => `Liability in ${currency}`,
  nothingIsOwed: 'Nothing is owed',
  mayStillHaveToBePaid: ({ open }: Named<'open'>) => `${open} may still be owed`,
  retention: 'Retention',
  nobodyJoinedMoreThanAWeekAgo: 'Nobody joined more than a week ago',
  thoseJoinedHadBetCounted: ({ next }: Named<'next'>) => `${next} of those who joined had a bet that counted in the next week`,
  week: ({ later }: Named<'later'>) => `Week ${later}`,
  joinedIn: 'Joined in',
  median: 'Median',
  mostWithin: '95 of 100 within',
  nearlyAllWithin: '99 of 100 within',
  ms: ({ figure }: Named<'figure'>) => `${figure} ms`,
  latencyToThe: ({ stage }: Named<'stage'>) => `Latency to the ${stage}`,
  mostBetsReachedStage: ({ stage, p95, day }: Named<'stage' | 'p95' | 'day'>) => `95 of 100 bets reached the ${stage} within ${p95} on ${day}`,
  measured: 'Measured',
  difference: 'Difference',
  stakesOfACustomerInAWeek: 'Stakes of a customer in a week',
  customersWhoAreActiveInAWeek: 'Customers who are active in a week',
  withReward: ({ reward }: Named<'reward'>) => `With ${reward}`,
  withTheClub: 'With the club',
  inWithInPlaceOf: ({ what, jurisdiction, reward, against }: Named<'what' | 'jurisdiction' | 'reward' | 'against'>) =>
    `${what}, in ${jurisdiction} with ${reward} in place of ${against}`,
  measuredWith: ({ what, jurisdiction, reward }: Named<'what' | 'jurisdiction' | 'reward'>) => `${what}, in ${jurisdiction} with ${reward}`,
  theClub: 'the club',
  customersWithIt: 'Customers with it',
  customersWithout: 'Customers without',
  rewardsForACustomer: 'Rewards for a customer',
  finding: 'Finding',
  verdicts: { more: 'More', less: 'Less', 'no difference shown': 'No difference' },
  lowToHigh: ({ low, high }: Named<'low' | 'high'>) => `${low} to ${high}`,
  moreWith: ({ effect, what, range }: Named<'effect' | 'what' | 'range'>) => `${effect} more with ${what} (${range})`,
  lessWith: ({ effect, what, range }: Named<'effect' | 'what' | 'range'>) => `${effect} less with ${what} (${range})`,
  noDifferenceIsShown: ({ range }: Named<'range'>) => `no difference is shown (${range})`,

  // reasons
  whatCountedIn: ({ jurisdiction, currency }: Named<'jurisdiction' | 'currency'>) => `What counted in ${jurisdiction}, ${currency}`,
  betsCounted: ({ count, share, bets, week }: { count: number } & Named<'share' | 'bets' | 'week'>) =>
    plural(count, `${share} of 1 bet in ${week} counted`, `${share} of ${bets} bets in ${week} counted`),
  mostOthers: ({ counted, reason, others }: Named<'counted' | 'reason' | 'others'>) => `${counted}; most others: ${reason} (${others})`,
  counted: 'Counted',
  didntCount: 'Didn’t count',

  // reports
  howManyCustomersWentHowFar: 'How many customers went how far in each week. Each step counts customers of the step before only.',
  theBarsAreCustomersByWeek: 'The bars are customers by week: members, and of these who reached the target, were credited and used the reward.',
  whatTheClubOwesForEachWeek:
    'What the club owes for each week. Provisional: the target is reached in a week that can still change. Owed: the week is confirmed, the reward not credited. Credited: not used yet.',
  barsWhatMayStillPaidWeek: 'The bars are what may still be owed by week: provisional, owed and credited, one on the other.',
  customersJoinedOneWeekHow: 'Of the customers who joined in one week, how many had a bet that counted so many weeks later. Week 0 is the week of joining.',
  barsShareCustomersHadBet: 'The bars are the share of customers who had a bet that counted, so many weeks after they joined.',
  latency: 'Latency',
  howLongItTook:
    'How long it took. To the stream: from when a bet changed until its message was produced. To the tracker: from that message until the progress it brought was published.',
  theBarsAreMillisecondsByDay: 'The bars are milliseconds by day: half of the bets were faster than the first, 95 of 100 than the second.',
  uplift: 'Uplift',
  whatTheClubChanges:
    'What the club changes: customers who are offered it, beside a control group of those who are not; and what a reward on trial changes, beside the default one. The true difference lies in the range with 95% confidence. Nothing is said about a group of under 200 customers, of whom 30 are active.',
  barsMeanCustomerWeekClub: 'The bars are the mean of a customer by week: with the club or the reward on trial, and beside it without.',
  revenue: 'Revenue',
  whatBetsEarnedOnEachDayUtc:
    'What bets earned on each day (UTC). Turnover: customers’ own stakes, on the day of the bet. Gross revenue: settled stakes less what they returned, on the day of the result; a correction changes its own day. Net: with free bets, and without the rewards of the club. A reward that can be used on any product is in the figures of none: its cost stands apart.',
  theBarsAreAmountsByDay: 'The bars are amounts by day: settled stakes, what they returned, and what rewards cost.',
  whatBetsEachSportsEvent:
    'What bets on each sports event earned, over all days. A bet on several events is in the row of multiples alone, so that the rows add up.',
  barsAmountsEventLargest: 'The bars are amounts by event, the largest stakes first: settled stakes, and what they returned.',
  whatOpenBetsMayCost:
    'What open bets may cost. Worst case: in each market the costliest selection wins, and the others are placed, without the stakes on it. A multiple is whole at each of its events, so events can’t be added up.',
  barsAmountsEventWorstFirst: 'The bars are amounts by event, the worst first: stakes on open bets, and what they cost at worst.',
  whatCounted: 'What counted',
  whyBetsCountedTowards: 'Why bets counted towards the target, or did not, by week, jurisdiction and currency. A bet counts in part if a part of it was void.',
  theBarsAreBetsByWeek: 'The bars are bets by week: those that counted, and those that did not.',
  firstBetsCountsAppearHere: 'The first bets that it counts appear here by themselves.',
  examples: 'Examples',
  whatHappened: 'What happened',
  betsByWeek: 'Bets by week',
  whyBetsCountOrNot: 'Why bets count or not',
  betsByBrandAndWeek: 'Bets by brand and week',
} satisfies Messages;
