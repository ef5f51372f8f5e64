/** What the back office says: rules. */
import { plural, type Messages, type Named } from './message.ts';

export const RULES = {
  // DryRunBets
  betsThatCountDifferently: 'Bets that count differently',
  theBetsAreBeingRead: 'The bets are being read.',
  noBetCountsDifferently: 'No bet counts differently.',
  asItWas: 'As it was',
  withThisVersion: 'With this version',
  firstPage: 'First page',

  // DryRunPanel
  theLastWeekThatIsOver: 'The last week that is over',
  tryIt: 'Try it',
  betsJudgedLegsStoredBets: 'Bets are judged by their legs, as they are stored. Bets that are stored without legs don’t count.',
  noReasonIsKnown: 'no reason is known',
  itFailed: ({ error }: Named<'error'>) => `It failed: ${error}`,
  itWasCancelled: 'It was cancelled.',
  customers: ({ count }: { count: number }) => plural(count, '1 customer', `${count} customers`),
  ofCustomers: ({ done, total }: { total: number } & Named<'done'>) => plural(total, `${done} of 1 customer`, `${done} of ${total} customers`),
  cancelTheDryRun: 'Cancel the dry run',

  // DryRunResults
  customersWhoQualify: 'Customers who qualify',
  countedInAll: 'Counted in all',
  costOfRewards: 'Cost of rewards',
  noBetsStoredSoSaysNothing: ({ week }: Named<'week'>) => `No bets of ${week} are stored, so it says nothing about this version. Try it over another week.`,
  customersWithBets: ({ week, customers, bets, gained, lost, differing }: Named<'week' | 'customers' | 'bets' | 'gained' | 'lost' | 'differing'>) =>
    `${week}: ${customers} with ${bets}. ${gained} would gain a reward and ${lost} would lose it; ${differing}.`,
  bets: ({ count }: { count: number }) => plural(count, '1 bet', `${count} bets`),
  betsDiffer: ({ count }: { count: number }) => plural(count, '1 bet counts differently', `${count} bets count differently`),
  storedWithoutLegs: ({ bets }: { bets: number }) =>
    plural(bets, '1 is stored without its legs, so it doesn’t count.', `${bets} are stored without their legs, so they don’t count.`),
  customersElsewhere: ({ count }: { count: number }) =>
    plural(
      count,
      '1 customer of another jurisdiction or currency isn’t concerned.',
      `${count} customers of other jurisdictions and currencies aren’t concerned.`,
    ),
  outcome: 'Outcome',
  costByReward: 'Cost by reward',
  whyBetsCountDifferently: 'Why bets count differently',
  hideTheBets: 'Hide the bets',
  showTheBets: 'Show the bets',
  noReward: 'no reward',

  // NewVersionPage
  aNewVersionOfAScheme: 'A new version of a scheme',
  rules: 'Rules',
  itIsBeingChecked: 'It is being checked…',
  itMayBeProposed: ({ week }: Named<'week'>) => `It may be proposed. It can hold from ${week} on.`,
  thingsHaveToBeCorrected: ({ errors }: { errors: number }) => plural(errors, 'One thing has to be corrected.', `${errors} things have to be corrected.`),

  // ProposeButton
  theVersionIsProposed: 'The version is proposed',
  proposeIt: 'Propose it',
  proposeThisVersion: 'Propose this version',

  // SchemeFields
  jurisdiction: 'Jurisdiction',
  whatCountingStakesWeekAdd: 'What counting stakes of a week add up to.',
  smallerBetsDoNotCount: 'Smaller bets don’t count.',
  suchOdds: 'Decimal odds such as 1.5.',
  decimalOdds: 'Decimal odds; shorter ones don’t count.',
  betTypesThatCount: 'Bet types that count',
  channelsThatCount: 'Channels that count',
  betsWeekCountPlacedBefore: 'Bets placed earlier in the week of joining count',
  forMembersWhoChooseNothing: 'For members who choose nothing.',
  lockMinutes: 'Lock, minutes',
  howLongBeforeEndWeekChoice: 'How long before the end of the week the choice locks.',
  graceMinutes: 'Grace, minutes',
  forMessagesThatArriveLate: 'For messages that arrive late.',
  inEffectFrom: 'In effect from',
  weeksBegunKeepRules: 'Weeks that have begun keep their rules.',
  versionOfTheTerms: 'Version of the terms',
  controlGroupShare: 'Control group, of 1,000',
  customersWhomClubNot: 'Customers to whom the club isn’t offered, to measure what it does.',
  rewardOnTrial: 'Reward on trial',
  inPlaceOfTheRewardByDefault: 'In place of the default reward; nobody else is offered it. None: no trial.',
  trialShare: 'Trial, of 1,000',
  trialShareHelp: 'Customers who are drawn for the reward on trial; 0: no trial.',
  linkToTheTerms: 'Link to the terms',
  summaryOfTheTerms: 'Summary of the terms',

  // SchemesPage
  earlier: 'earlier',
  holdsThisWeek: 'holds this week',
  comes: 'comes',
  whatCountsTowardsWhichTarget: 'What counts, towards which target. A week keeps the rules that it opened with; a change is a new version for a coming week.',
  weekIsOpen: ({ open, first }: Named<'open' | 'first'>) =>
    `${open} is open: it and all weeks before it keep the rules that they opened with. The first week that can change is ${first}.`,
  aNewVersion: 'New version',
  proposesAnotherPerson: ({ proposedBy, version }: Named<'proposedBy' | 'version'>) => `${proposedBy} proposes ${version}: another person has to approve it.`,
  versions: 'Versions',
  theBrandHasNoRulesYet: 'The brand has no rules yet.',
  fromWeek: 'From week',

  // WhatCounts
  whatCounts: 'What counts',
  betsOnAllEvents: 'Bets on all events',
  onlyBetsChosenSports: 'Only bets on chosen sports, competitions or events',
  ofABetWithSeveralLegs: 'Of a bet with several legs',
  allLegsHaveToBeOnThem: 'All legs have to be on them',
  oneLegIsEnough: 'One leg is enough; the minimum odds apply to the legs that are on them',
  nothingNameEventNotOver: 'Nothing of this name has an event that isn’t over.',
  sportsCompetitionsAndEvents: 'Sports, competitions and events',
  cheltenham: 'Cheltenham',
  lookForAName: 'Search by name. A bet on any of them counts.',

  // scheme
  noBrandWhoseRulesYouMaySee: 'There is no brand whose rules you may see.',
  versionForIn: ({ version, jurisdiction, currency }: Named<'version' | 'jurisdiction' | 'currency'>) =>
    `version ${version} for ${jurisdiction} in ${currency}`,
  inWords: {
    '': 'nothing',
    BELOW_MIN_STAKE: 'stake too small',
    BELOW_MIN_ODDS: 'odds too short',
    EXCLUDED_EVENT: 'not one of the events that count',
    EVENT_PENDING: 'event not known yet',
    PARTIAL_VOID: 'partly void',
  },

  // scope
  betsAllEventsCountBetsName: 'Bets on all events count, and bets that name none as well.',
  unknownEvent: ({ kind }: Named<'kind'>) => `an ${kind} that isn’t known any more`,
  unknownItem: ({ kind }: Named<'kind'>) => `a ${kind} that isn’t known any more`,
  onIt: 'on it',
  severalOf: { SPORT: 'Sports', COMPETITION: 'Competitions', EVENT: 'Events' },
  onOneOfThese: 'on one of these',
  betSeveralLegsEachLeg: ({ ofLegs }: Named<'ofLegs'>) => `Of a bet with several legs, each leg has to be ${ofLegs}.`,
  betSeveralLegsOneLegEnough: ({ ofLegs }: Named<'ofLegs'>) =>
    `Of a bet with several legs, one leg ${ofLegs} is enough, and the minimum odds apply to such legs alone.`,
  onlyBetsOnCount: ({ what, several }: Named<'what' | 'several'>) => `Only bets on ${what} count. ${several} Bets that name no event don’t count.`,
  theresNoSuchVersion: 'There’s no such version.',
  rulesForInVersion: ({ jurisdiction, currency, version }: Named<'jurisdiction' | 'currency' | 'version'>) =>
    `Rules for ${jurisdiction} in ${currency}, version ${version}`,
  firstWeek: 'First week',
  termsAt: 'Terms at',
  version: ({ jurisdiction, currency, version }: Named<'jurisdiction' | 'currency' | 'version'>) => `${jurisdiction} ${currency}, version ${version}`,
  allEventsInline: 'all events',
  qualifyingProductWhat: ({ qualifyingProduct, what }: Named<'qualifyingProduct' | 'what'>) => `${qualifyingProduct}, ${what}`,
  defaultReward: 'Default reward',
} satisfies Messages;
