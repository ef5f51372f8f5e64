/** What the back office says: events. */
import { plural, type Messages, type Named } from './message.ts';

export const EVENTS = {
  // Comparison
  whatDiffers: 'What differs',
  waits: ({ match }: Named<'match'>) => `Waits: ${match}`,
  event: ({ candidate }: Named<'candidate'>) => `Event: ${candidate}`,
  differs: 'Differs',

  // Leaders
  nobody: 'nobody',
  providersTrustedFirstOrder:
    'Of the providers that are trusted, the first in order of preference leads: customers see what it says. This page updates automatically.',
  whoLeads: 'Who leads',
  leaders: 'Leaders',
  nobodyLeads: 'Nobody leads.',
  leader: 'Leader',
  noProviderHasSaidHowItIsYet: 'No provider has said how it is yet.',
  eachAdapterSportsEvents: 'Each adapter of sports events appears here once it runs.',
  hasToldEverything: 'Has told everything',
  no: ({ why }: Named<'why'>) => `no: ${why}`,
  delayMs: 'Delay (ms)',
  failuresLately: 'Failures lately',
  wellSince: 'Well since',
  notNow: 'not now',
  notJudgedYet: 'Not judged yet',
  trusted: 'Trusted',
  notTrusted: 'Not trusted',
  since: ({ since }: Named<'since'>) => `since ${since}`,
  changes: 'changes',
  changesOfLeaders: 'Changes of leaders',
  theLeadersHaveNotChangedYet: 'The leaders haven’t changed yet.',
  eachChangeAppearsHere: 'Each change appears here with its reason, the newest first, for 30 days.',

  // MadeDecisions
  decisionsInline: 'decisions',
  decisionsAreNotFollowed: ({ refused }: { refused: number }) => plural(refused, 'One decision isn’t followed.', `${refused} decisions aren’t followed.`),
  decisions: 'Decisions',
  nobodyHasDecidedAboutAMatchYet: 'Nobody has decided about a match yet.',
  whatYouDecideUnderWaiting: 'What you decide under Waiting appears here, with your reason. Each decision can be undone.',
  offers: 'Offers',
  noneAnyMore: 'None any more',
  noLongerOffered: ({ sportsEventId }: Named<'sportsEventId'>) => `${sportsEventId}, no longer offered`,
  undo: 'Undo',

  // Matches
  providersWriteSameEvent:
    'Providers write the same event differently. What is surely one event is joined automatically; what is only similar waits here for a person, and the event that was known first is shown meanwhile.',
  matches: 'Matches',

  // OfferList
  matched: 'Matched',
  gone: 'Gone',
  nameOrCompetition: 'Name or competition',
  waitsForADecision: 'Waits for a decision',
  providers: ({ offers }: { offers: number }) => plural(offers, 'one provider', `${offers} providers`),
  offersInline: 'offers',
  start: 'Start',

  // WaitingMatches
  matchesInline: 'matches',
  noMatchWaitsForADecision: 'No match waits for a decision.',
  offersSimilarEventButNot: 'Offers that are similar to an event, but not surely of it, appear here.',
  isItOneOf: ({ name }: Named<'name'>) => `Is it ${name}?`,
  isIt: ({ name }: Named<'name'>) => `Is it “${name}”?`,
  alike: ({ confidence }: Named<'confidence'>) => `${confidence} % alike`,
  waitsAsWell: 'Waits as well',
  decidedAt: ({ by, verdict, at }: Named<'by' | 'verdict' | 'at'>) =>
    `${by} decided “${verdict}” at ${at}; it is being applied. If it stays here for more than a minute, see the decision under Decided.`,
  decided: ({ verdict }: Named<'verdict'>) => `Decided: ${verdict}`,

  // usePages
  pagesOf: ({ what }: Named<'what'>) => `Pages of ${what}`,

  // words
  verdicts: { SAME: 'Same event', DIFFERENT: 'Different events' },
  states: { IN_FORCE: 'In force', BEING_APPLIED: 'Being applied', REFUSED: 'Not followed', UNDONE: 'Undone' },
  itContradictsOtherDecisions:
    'It contradicts other decisions: followed, it would make one event of two offers of one provider, or of offers that a person separated. Undo this one, or the one that it contradicts.',
  asWellAs: ' as well as ',
  becomeOneEventOnAllNodes: ({ both }: Named<'both'>) =>
    `${both} become one event on all nodes: customers see the markets of the provider that leads. What the names teach holds for later matches, too. You can undo it.`,
  stayTwoEventsOnAllNodes: ({ both }: Named<'both'>) =>
    `${both} stay two events on all nodes: each of these offers is kept apart from the whole other event. What waits is listed as an event of its own, unless it may be of yet another one. You can undo it.`,
  nothingChangesForCustomers: 'Nothing changes for customers: this decision isn’t followed, and what it contradicts stays.',
  decisionStillBeingApplied: 'This decision is still being applied, so customers may not see it yet.',
  whatLearnedNamesForgotten: 'What was learned of the names is forgotten, so other matches may wait again.',
  decidedTogether: ({ together }: Named<'together'>) => `${together} decisions were made at once, and are undone together, also those that are followed.`,
  undoneTogether: ({ together }: Named<'together'>) => `${together} decisions were made at once, and are undone together.`,
  becomeTwoEvents: 'These offers become two events again.',
  becomeTwoEventsOneStays: ({ remaining }: Named<'remaining'>) =>
    `These offers become two events again. ${remaining} stays an event, and what hung on the joined event is listed with it.`,
  otherOneWaitsDecisionAgain: 'The other one waits for a decision again; its markets aren’t shown until then.',
  mayBeOneEvent: 'These offers may be of one event again.',
  mayBeOneEventOneStays: ({ remaining }: Named<'remaining'>) => `These offers may be of one event again. ${remaining} stays an event.`,
  otherOneWaitsDecisionIsnt: 'The other one waits for a decision, and isn’t listed until then.',
  side: ({ side }: Named<'side'>) => `Side ${side}`,
} satisfies Messages;
