/** What the back office says: home. */
import { plural, type Messages, type Named } from './message.ts';

export const HOME = {
  // BetsCards
  allReports: 'All reports',

  // HealthCard
  betsCountedUpTo: 'Bets counted up to',
  recordsNotAppliedYetLag: 'Records not applied yet (lag)',
  nodesInSync: 'Nodes in sync',
  noBetWaits: 'No bets are waiting.',
  betsWait: 'Bets are waiting to be counted.',
  oldestBetCameAgo: ({ until }: Named<'until'>) => `The oldest bet that waits came ${until} ago.`,
  catchingUp: 'catching up',
  consumersAppliedAllKafka: 'Consumers have applied all that Kafka has.',
  notPublishedYet: ({ count, shown }: { count: number } & Named<'shown'>) => plural(count, `${shown} message isn’t on Kafka yet.`, `${shown} messages aren’t on Kafka yet.`),
  oldestWaitedFor: ({ since }: Named<'since'>) => `The oldest has waited for ${since}.`,
  isBehind: ({ node }: Named<'node'>) => `${node} is behind`,
  isntResponding: ({ node }: Named<'node'>) => `${node} isn’t responding`,
  eachHasAppliedAllDecisions: 'Each has applied all decisions.',
  lookAtIt: 'look at it',
  noWeekOfAClubIsKnownHere: 'No week of a club is known here',
  weekIsState: ({ week, state }: Named<'week' | 'state'>) => `${week} is ${state}`,
  weekIsStateNext: ({ week, state, waitsFor }: Named<'week' | 'state' | 'waitsFor'>) => `${week} is ${state}; next: ${waitsFor}`,
  weekIsStateNextUntil: ({ week, state, waitsFor, until }: Named<'week' | 'state' | 'waitsFor' | 'until'>) =>
    `${week} is ${state}; next: ${waitsFor}, ${until}`,
  healthOfTheWeek: 'Health of the week',
  loading: ({ label }: Named<'label'>) => `Loading: ${label}`,

  // Home
  figures: 'Figures',
  findACustomer: 'Find a customer',
  lookUpACustomer: 'Look up a customer',
  searchByCustomerIdOrBet: 'Search by customer ID or bet. “Why?” beside a bet says what to tell the customer.',

  // WaitingCard
  ago: ({ proposedBy, brand, proposedAt }: Named<'proposedBy' | 'brand' | 'proposedAt'>) => `${proposedBy} · ${brand} · ${proposedAt} ago`,
  needsYourAttention: 'Needs your attention',
  allProposals: ({ count }: Named<'count'>) => `All ${count} proposals`,

  // figures
  ifTheWeekClosedNow: ({ asOf }: Named<'asOf'>) => `If the week closed now. Counted at ${asOf}.`,
  between: ({ low, high }: Named<'low' | 'high'>) => `Between ${low} and ${high}.`,
  noWeekIsCountedYet: 'No week is counted yet.',
  ofWhoHaveOptedInIn: ({ qualified, optedIn, week }: Named<'qualified' | 'optedIn' | 'week'>) => `${qualified} of ${optedIn} who have opted in, in ${week}.`,
  budgetsUsedUp: 'Budgets used up',
  noRewardHasABudget: 'No reward has a budget: none has a limit.',
  eachRewardBudgetCanChosen: 'Each reward with a budget can be chosen.',
  cannotBeChosen: 'can’t be chosen',
  allOf: ({ brand }: Named<'brand'>) => `all of ${brand}`,
  nothingIsSwitchedOff: 'No brand, reward or provider is switched off.',
  off: 'off',
  goodwillLeftIn: ({ week }: Named<'week'>) => `Goodwill left in ${week}`,
  ofForAllOfSupport: ({ amount, agent }: Named<'amount' | 'agent'>) => `Of ${amount} for all of support; at most ${agent} by one person.`,
  usedUp: 'used up',
  nothingThatYouProposedWaits: 'None of your proposals is pending.',
  aColleagueHasToDecideAboutThem: 'A colleague has to decide about them.',
  myProposalsUnderWay: 'My proposals under way',
  drafts: 'Drafts',
  writtenNotSentApproverYet: 'Written, and not sent to an approver yet.',
  inReview: 'In review',
  anApproverHasToReadThem: 'An approver has to read them.',
  notPublishedYetOrScheduled: 'Not published yet, or scheduled.',
  activeAccounts: 'Active accounts',
  areDisabled: ({ count }: { count: number }) => plural(count, '1 is disabled.', `${count} are disabled.`),
  withoutASecondFactor: 'Without a second factor',
  eachActiveAccountSetUp: 'Each active account has set up its second factor.',
  theySetItUpAtTheNextSignIn: 'They set it up at their next sign-in.',
  notSetUp: 'not set up',

  // waiting
  deadLetters: ({ count, shown }: { count: number } & Named<'shown'>) => plural(count, `${shown} dead letter`, `${shown} dead letters`),
  ofCouldNotBeApplied: ({ app }: Named<'app'>) => `of ${app}: could not be applied`,
  seeWhy: 'See why',
  lateBets: ({ count, shown }: { count: number } & Named<'shown'>) => plural(count, `${shown} late bet`, `${shown} late bets`),
  changedAfterTheWeekHadClosed: 'changed after the week had closed',
  listThem: 'List them',
  heldRewards: ({ count, shown }: { count: number } & Named<'shown'>) => plural(count, `${shown} held reward`, `${shown} held rewards`),
  inReviewOrBeingCancelled: 'in review, or being cancelled',
  offersThatMayBeOfOneEvent: 'offers that may be of one event',
  everyWeek: 'every week',
  matches: ({ count, shown }: { count: number } & Named<'shown'>) => plural(count, '1 match', `${shown} matches`),
  proposalsWait: ({ count, shown }: { count: number } & Named<'shown'>) =>
    plural(count, `${shown} proposal waits for your decision`, `${shown} proposals wait for your decision`),
  matchesWait: ({ count, shown }: { count: number } & Named<'shown'>) =>
    plural(count, '1 match waits for your decision', `${shown} matches wait for your decision`),
  nothingForYouToDecide: 'Nothing for you to decide. Open items:',
  nothingNeedsYourAttention: 'Nothing needs your attention',
  proposalsColleaguesYouMay: 'proposals of colleagues that you may approve',
  matchesOfEvents: 'matches of events',
  appearHere: ({ what }: { what: string }) => `${what.charAt(0).toUpperCase()}${what.slice(1)} appear here.`,
} satisfies Messages;
