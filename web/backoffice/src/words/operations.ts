/** What the back office says: operations. */
import { plural, type Messages, type Named } from './message.ts';

export const OPERATIONS = {
  // WeekCustomers
  countTheCustomersOf: ({ week }: Named<'week'>) => `Count the customers of ${week}`,
  count: 'Count',

  // backlog
  howFarConsumersLagBehind: 'How far consumers lag behind Kafka, and what isn’t on Kafka yet. This page updates automatically.',
  allPartitions: 'All partitions',
  consumers: 'Consumers',
  lagOfConsumers: 'Lag of consumers',
  noConsumerIsBehind: 'No consumer is behind.',
  whatKafkaConsumerNot: 'What Kafka has and a consumer hasn’t applied appears here.',
  group: 'Group',
  topic: 'Topic',
  partition: 'Partition',
  behind: 'Behind',
  oldestWaitsFor: 'Oldest waits for',
  committed: 'Committed',
  notPublishedYet: 'Not published yet',
  outboxes: 'Outboxes',
  thereAreNoOutboxes: 'There are no outboxes.',
  database: 'Database',
  messages: 'Messages',

  // cases
  minorUnits: ({ minor }: Named<'minor'>) => `${minor} minor units`,
  goodwill: '(goodwill)',
  wouldCount: 'Would count',
  because: 'By the rules',
  noneYet: 'none yet',
  waitsFor: 'Waits for',

  // deadLetters
  consumer: 'Consumer',
  fates: {
    APPLIED: 'applied, and the letter is removed',
    PUBLISHED: 'published again',
    STALE: 'already applied, or replaced by something newer; the letter is removed',
    POISON: 'still can’t be applied',
    UNREAD: 'its topic is no longer read',
    GONE: 'no longer there',
  },
  dryRunNothingIsChanged: ({ words }: Named<'words'>) => `Dry run, nothing is changed. Result: ${words}`,
  replayed: ({ words }: Named<'words'>) => `Replayed. Result: ${words}`,
  allDeadLettersOf: ({ app }: Named<'app'>) => `all dead letters of ${app}`,
  allDeadLettersOfFrom: ({ app, topic }: Named<'app' | 'topic'>) => `all dead letters of ${app} from ${topic}`,
  jobStarted: 'Job started',
  dryRunOfAll: 'Dry run of all',
  aJobTellsWhatWouldHappenTo: ({ all }: Named<'all'>) => `A job tells what would happen to ${all}. Nothing is changed.`,
  replayAll: 'Replay all',
  aJobApplies: ({ all }: Named<'all'>) => `A job applies ${all}. Each is applied once, also if the job is interrupted; what still can’t be applied stays.`,
  letter: 'Letter',
  whatIsWrong: 'What is wrong',
  partitionOffset: 'Partition:offset',
  stored: 'Stored',
  whatWouldHappenIfApplied: 'What would happen if it were applied now? Nothing is changed.',
  replay: 'Replay',
  appliedConsumerWouldApply: 'It is applied as its consumer would apply it now, and the letter is removed.',
  deadLetter: ({ id }: Named<'id'>) => `Dead letter ${id}`,
  record: 'Record',

  // intents
  clubJoiningAndLeaving: 'club: joining and leaving',
  rewardsChoosing: 'rewards: choosing',
  askedBy: 'Asked by',
  olderThanMin: 'Older than (min)',
  intentsWorkerAsksUpstream:
    'The intents worker asks the upstream API until the outcome is known; a change that stays here for a long time needs a person. Each access is recorded.',
  pendingIntents: 'pending intents',
  age: 'Age',
  upstreamAskedToWaitUntil: 'Upstream asked to wait until',
  key: 'Key',

  // killSwitches
  all: ({ count }: Named<'count'>) => `all ${count}`,
  notYet: ({ node }: Named<'node'>) => `not yet: ${node}`,
  eachAppliesEveryNode: 'Each applies on every node, including nodes that start later. This page updates automatically.',
  pausedNow: ({ off }: Named<'off'>) => `Paused now: ${off}`,
  killSwitches: 'Kill switches',
  nothingCanBeSwitchedOffHere: 'Nothing can be switched off here.',
  brandsRewardsProviders: 'Brands, their rewards and providers appear here, each running or paused.',
  paused: 'Paused',
  running: 'Running',
  nodesThatHaveAppliedIt: 'Nodes that have applied it',
  switchOn: 'Switch on',
  switchOff: 'Switch off',
  runsAgainOnAllNodes: ({ name }: Named<'name'>) => `${name} runs again on all nodes.`,
  isPausedOnAllNodes: ({ name, scope }: Named<'name' | 'scope'>) => `${name} is paused on all nodes. ${scope}`,
  meaningOfSwitch: {
    brand: 'Nobody can opt in or choose a reward, the bet-slip shows that the club is paused, and nothing is credited. Bets still count.',
    reward: 'Nobody else can choose it, in any version. Customers who have chosen it keep it.',
    provider: 'Nothing more is sent to it, for any brand. Its rewards wait.',
  },
  scopes: { brand: 'A brand', reward: 'A reward', provider: 'A provider' },
  switchOffOnAllNodes: 'Switch off on all nodes',
  brandChosenBar: ({ name }: Named<'name'>) => `This is for ${name}, the brand that is chosen in the bar.`,

  // nodes
  eachPartNodeAppliesThese: 'Each part of a node applies these decisions to its own database and acknowledges them. This page updates automatically.',
  nodes: 'Nodes',
  noNodeHasReportedYet: 'No node has reported yet.',
  nodesReportThemselvesWhat: 'Nodes report by themselves what they have applied, once `furlong consume backoffice` runs.',
  node: 'Node',
  part: 'Part',
  inSync: 'In sync',
  notResponding: 'Not responding',
  appliedUpTo: 'Applied up to',
  lacks: 'Decisions it lacks',
  nothing: 'None',
  since: ({ missing, missingSince }: Named<'missing' | 'missingSince'>) => `${missing}, since ${missingSince}`,
  cannotApply: 'Can’t apply',
  forget: 'Forget',
  wasRemovedPermanently: ({ node }: Named<'node'>) => `${node} was removed permanently. If it reports again, it is known again.`,

  // rewardStatuses
  labels: { PAUSE: 'Pause', RESUME: 'Resume', WITHDRAW: 'Withdraw', RECALL: 'Recall' },
  doneByAction: { PAUSE: 'Paused', RESUME: 'Resumed', WITHDRAW: 'Withdrawn', RECALL: 'Submitted for approval' },
  meaningOfAction: {
    PAUSE: 'For now nobody else can choose it; customers who have chosen it keep it.',
    RESUME: 'It can be chosen again.',
    WITHDRAW: 'It leaves the menu; customers who have chosen it keep it.',
    RECALL: 'For safety or law: nobody gets it any more, not even customers who have chosen it. It can’t be undone, and another person has to approve it.',
  },
  laterUpstreamsStatus: 'The later of the upstream’s status and the operators’ applies, on all nodes.',
  versionsOfRewards: 'Versions of rewards',
  theBrandHasNoRewardsYet: 'The brand has no rewards yet.',
  rewardsArriveFromUpstream: 'Rewards arrive from upstream as messages, each version with its terms: see `furlong reward list`.',
  recalled: 'Recalled',
  whyNotOffered: 'Why not offered',
  version: ({ reward, version }: Named<'reward' | 'version'>) => `${reward}, version ${version}`,
  versionOf: ({ name, version, brand, action }: Named<'name' | 'version' | 'brand' | 'action'>) => `“${name}”, version ${version}, of ${brand}. ${action}`,

  // switchable
  brand: ({ brand }: Named<'brand'>) => `Brand ${brand}`,
  rewardOfBrand: ({ reward, brand }: Named<'reward' | 'brand'>) => `“${reward}” of ${brand}`,

  // weeks
  versionWhenOpenedNow: ({ openedWith, scheme }: Named<'openedWith' | 'scheme'>) => `version ${openedWith} when opened, ${scheme} now`,
  weeksOpenEndClose: 'Weeks open, end and close automatically. What a person opens or closes is recorded; closing takes two people.',
  noWeekOfAClubIsKnownHere: 'No week of a club is known here.',
  weekAppearsOnceBrandScheme: 'A week appears once its brand has scheme rules, and opens by itself when it begins.',
  confirmed: ({ state }: Named<'state'>) => `${state}, confirmed`,
  scheme: 'Scheme',
  open: ({ week }: Named<'week'>) => `Open ${week}`,
  theSchemesOfAreRecordedNow: ({ week }: Named<'week'>) => `The schemes of ${week} are recorded now. This works once the week has begun.`,
  close: ({ week }: Named<'week'>) => `Close ${week}`,
  someoneElseMustApproveIt: ({ week }: Named<'week'>) => `Someone else must approve it. Then what customers earned in ${week} is final.`,

  // Only
  onlyShowAll: ({ only }: Named<'only'>) => `Only ${only}: show all`,

  // words
  hoursH: ({ hours }: Named<'hours'>) => `${hours} h`,
  days: ({ days }: { days: number }) => plural(days, '1 day', `${days} days`),
  waitsForApproval: 'Pending approval',
  proposeToCountIt: 'Propose to count it',
  betThenCountsInsteadIfHad: ({ bet, customer, would, counts, week }: Named<'bet' | 'customer' | 'would' | 'counts' | 'week'>) =>
    `Bet ${bet} of ${customer} then counts ${would} instead of ${counts} in ${week}, as if it had come in time. The week’s total changes, and its reward with it: one that is due by then is credited, one that isn’t due any more is stopped unless it was credited already. Somebody of risk must approve it.`,
  betOfKeepsCountingInNot: ({ bet, customer, counts, week, would }: Named<'bet' | 'customer' | 'counts' | 'week' | 'would'>) =>
    `Bet ${bet} of ${customer} keeps counting ${counts} in ${week}, not ${would}. This is final: nobody can count it later.`,
  bet: ({ bet }: Named<'bet'>) => `bet ${bet}`,
  worthMoreThanProviderPays: 'It is worth more than its provider pays without a person’s consent',
  maySentBeforeProviderMay: 'It may have been sent before, and the provider may pay it a second time: ask the provider first',
  theRewardOf: ({ customer }: Named<'customer'>) => `The reward of ${customer}`,
  rewardValueOfCustomer: ({ reward, value, customer }: Named<'reward' | 'value' | 'customer'>) => `“${reward}” (${value}) of ${customer}`,
  proposeToSendItAgain: 'Propose to send it again',
  sendAgain: 'Send again',
  sentProviderOnceAnother: ({ what, held }: Named<'what' | 'held'>) => `${what} is sent to its provider once another operator approves it. ${held}.`,
  sentProviderAgainUnderSame: ({ what }: Named<'what'>) =>
    `${what} is sent to its provider again, under the same key, so it won’t be credited twice.`,
  providerAskedOnceMore: ({ what }: Named<'what'>) =>
    `${what}: its provider is asked once more. If it doesn’t know the key, the reward comes back here: record it as credited, or raise the provider’s “Idempotency keys kept (h)”.`,
  itIsOnItsWay: 'It is on its way',
  recordAsCredited: 'Record as credited',
  countsCreditedFromNowNever: ({ what }: Named<'what'>) =>
    `${what} counts as credited from now on, and is never sent again. Look it up at the provider first: this is final.`,
  providersReference: 'Provider’s reference',
  creditProviderShows: 'Of the credit, as the provider shows it.',
  recordedAsCredited: 'Recorded as credited',
  theRewardOfCustomer: ({ customer }: Named<'customer'>) => `the reward of ${customer}`,
  betsWhoseLastChangeCameAfterWeekHad:
    'Bets whose last change came after their week had closed, and would change what they count. Support proposes to count one, and risk approves it; or support rejects it. Either is final. Each access is recorded.',
  rewardsReviewOperatorSends:
    'Rewards in review, which an operator sends again or records as credited, and rewards that are being cancelled at a provider. Each access is recorded.',
} satisfies Messages;
