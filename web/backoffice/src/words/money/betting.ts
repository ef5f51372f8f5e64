/** What the back office says: betting. */
import { plural, type Messages, type Named } from '../message.ts';

export const BETTING = {
  // CustomerFactors
  customersMayStakePartWhat: 'Customers who may stake a part of what others may: of each limit, and of the brand’s maximum. Views of customer data are logged.',
  customers: 'customers',
  allCustomersMayStakeTheSame: 'All customers may stake the same.',
  customerWhomYouLetStake: 'A customer whom you let stake less appears here within seconds. With 100 % they leave the list.',
  part: 'Part (%)',
  decidedHoldsWithinSeconds: 'Decided: it holds within seconds',
  limitACustomer: 'Limit a customer',
  limitTo: ({ milli }: Named<'milli'>) => `Limit to ${milli} %`,
  wholeId: 'The whole id, such as c-1003.',
  partOfWhatOthersMayStake: 'Part of what others may stake (%)',
  zeroTakesNoBets: '0 takes no bets of theirs, 100 ends the limit.',

  // DecideButtons
  help: {
    BRAND: '',
    SPORT: 'Such as football or horse-racing.',
    KIND: 'Such as WIN or MATCH_RESULT.',
    EVENT: 'The event’s id, as the list of offers shows it.',
    MARKET: 'The market’s id.',
    SELECTION: 'The selection’s id.',
  },
  decideAbout: 'Decide about',
  which: 'Which',

  // EventLiability
  allEvents: 'All events',
  selections: 'Selections',
  reading: 'Reading…',
  noBetOnThisEventIsOpen: 'No bet on this event is open.',
  selection: 'Selection',
  ifItWinsTheHouseLoses: 'If it wins, the house loses',
  openBets: ({ bets, shown }: { bets: number } & Named<'shown'>) => plural(bets, '1 open bet', `${shown} open bets`),
  proposeToVoid: 'Propose to void',
  allBetsMarketVoidOnce: ({ market }: Named<'market'>) =>
    `All bets on the market “${market}” are void once another trader approves it, also those that were settled: stakes go back, and what was paid is taken back. The market is suspended as well. Say what was wrong.`,

  // Liability
  whatHouseMayLoseOpenBets:
    'What the house may lose by open bets, the most first. A multiple counts in full at each of its selections, so a sum is never less than what can happen. This page updates automatically.',
  noBetIsOpen: 'No bet is open.',
  eachEventCustomersOpenBets: 'Each event on which customers have open bets appears here.',

  // LimitButton
  limitRemoved: 'Limit removed',
  limited: 'Limited',
  limit: ({ value }: Named<'value'>) => `Limit: ${value}`,
  removeTheLimit: 'Remove the limit',
  mostOfOneBet: 'Most of one bet',
  inAllAlsoOfAMultiple: 'In all, also of a multiple. Empty: no limit here.',
  mostAtRisk: 'Most at risk',
  whatHouseMayLoseIf: 'What the house may lose if a selection wins. Empty: no limit here.',
  widerLimitsDecideThenIfAny: 'Wider limits decide then, if there are any.',
  limitEachSelectionReplaces: 'It is a limit of each selection, and replaces wider limits. Open bets stay as they are.',
  limitEachSelectionReplacesWider: ({ scope }: Named<'scope'>) =>
    `It is a limit of each selection of the ${scope}, and replaces wider limits. Open bets stay as they are.`,

  // OpenBetRows
  openBetsOn: ({ pick }: Named<'pick'>) => `Open bets on ${pick}`,
  largestFirst: 'Those that may win most first, at most 25. Views of customer data are logged.',
  noBetOnItIsOpenAnyMore: 'No bet on it is open any more.',
  eachWay: ({ stake }: Named<'stake'>) => `${stake} each way`,
  ofAFreeBet: ({ stake }: Named<'stake'>) => `${stake}, free bet`,
  potentialReturns: 'Potential returns',
  betVoidOnceAnotherTrader: ({ stake }: Named<'stake'>) =>
    `The bet of ${stake} is void once another trader approves it: its stake goes back. Say what was wrong.`,

  // SuspendButton
  allBetting: 'all betting',
  theScopeWhat: ({ scope, what }: Named<'scope' | 'what'>) => `the ${scope} “${what}”`,
  betsTakenAgainWithin: ({ what }: Named<'what'>) => `Bets on ${what} are taken again within seconds, unless something it is part of is suspended.`,
  betsRefusedWithinSeconds: ({ what }: Named<'what'>) =>
    `Bets on ${what} are refused within seconds, also those that wait for the bet delay. Open bets stay as they are.`,
  suspend: 'Suspend',
  betsAreTakenAgain: 'Bets are taken again',
  suspended: 'Suspended',

  // TermsButton
  stakesSelectionsAndDelay: 'Stakes, selections and delay',
  currencyOfTheStakes: 'Currency of the stakes',
  onEachLine: 'On each line. Leave both empty to keep what is said.',
  maximumStake: 'Maximum stake',
  inAll: 'In all: a bet each way costs its stake twice.',
  mostSelectionsInABet: 'Most selections in a bet',
  emptyInstallationSetUp: 'Empty: as the installation is set up.',
  betsInPlayWaitS: 'Bets in play wait (s)',

  // TradingRules
  whatTakesNoBetsHowMuch:
    'What takes no bets, and how much is taken. The narrowest limit decides: a selection’s before its market’s, event’s, kind’s, sport’s and the brand’s. This page updates automatically.',
  betsTakenEverythingOffered: 'Bets are taken on everything that is offered.',
  whatYouSuspendAppearsHere: 'What you suspend appears here, until you take bets on it again.',
  limits: 'Limits',
  nothingLimitedBesideStakes: 'Nothing is limited beside the stakes below.',
  limitEachSelectionWhat: 'A limit is of each selection in what it is about.',
  lastDecidedByOn: ({ decidedBy, decidedAt, reason }: Named<'decidedBy' | 'decidedAt' | 'reason'>) => `Last decided by ${decidedBy} on ${decidedAt}: ${reason}`,
  allBetsSettledResults: 'All bets are settled by their results.',
  marketsSelectionsAllBets: 'Markets and selections on which all bets are void appear here, once two traders have decided it.',
  proposeToRestore: 'Propose to restore',
  betsSettledResultAgainOnce: ({ declared }: Named<'declared'>) =>
    `Bets on ${declared} are settled by the result again, once another trader approves it: what was paid back as stake is taken back. It takes no new bets until somebody resumes it. Say what was wrong.`,
  remove: 'Remove',
  hasNoLimitAnyMore: ({ limit, currency }: Named<'limit' | 'currency'>) =>
    `${limit} has no limit of its own in ${currency} any more: wider ones decide, if there are any.`,

  // figures
  mostAtRiskByAnEvent: 'Most at risk by an event',
  worstCaseOfEvent: ({ event, bets, shown }: { bets: number } & Named<'event' | 'shown'>) =>
    plural(bets, `The worst case of ${event}, with 1 open bet.`, `The worst case of ${event}, with ${shown} open bets.`),
  allBettingTakesNoBets: 'All betting takes no bets.',
  noBets: 'no bets',

  // words
  scopes: { BRAND: 'All betting', SPORT: 'Sport', KIND: 'Kind of market', EVENT: 'Event', MARKET: 'Market', SELECTION: 'Selection' },
  aBet: ({ stake }: Named<'stake'>) => `${stake} a bet`,
  atRisk: ({ liability }: Named<'liability'>) => `${liability} at risk`,
  noLimit: 'No limit',
  limitReached: 'Limit reached',
  ofTheLimit: ({ part }: Named<'part'>) => `${part} % of the limit`,
  eventPickAtOdds: ({ event, pick, odds }: Named<'event' | 'pick' | 'odds'>) => `${event} · ${pick} at ${odds}`,
  andMore: ({ line, count }: Named<'line' | 'count'>) => `${line}, and ${count} more`,
  asTheInstallationIsSetUp: 'as the installation is set up',
  stakes: ({ usual }: Named<'usual'>) => `Stakes: ${usual}.`,
  stakesInTo: ({ currency, minimum, maximum }: Named<'currency' | 'minimum' | 'maximum'>) => `Stakes in ${currency}: ${minimum} to ${maximum}.`,
  atMost: ({ maxLegs }: Named<'maxLegs'>) => `at most ${maxLegs}`,
  selectionsInABet: ({ what }: Named<'what'>) => `Selections in a bet: ${what}.`,
  betsInPlayWait: ({ what }: Named<'what'>) => `Bets in play wait: ${what}.`,
  writeZeroToHundred: 'Write 0 to 100, such as 25 or 12.5.',
} satisfies Messages;
