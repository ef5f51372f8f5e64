/** What the back office says: operations. */
import type { Messages, Named } from './message.ts';

export const OPERATIONS = {
  // WeekCustomers
  countTheCustomersOf: ({ week }: Named<'week'>) => `Count the customers of ${week}`,
  count: 'Count',

  // backlog
  howFarConsumersLagBehind: 'How far consumers lag behind Kafka, and what is not on Kafka yet. This page updates automatically.',
  allPartitions: 'All partitions',
  consumers: 'Consumers',
  lagOfConsumers: 'Lag of consumers',
  noConsumerIsBehind: 'No consumer is behind.',
  whatKafkaConsumerNot: 'What Kafka has and a consumer has not applied appears here. Nothing here is good news.',
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
  betsWhoseLastChangeCame:
    'Bets whose last change came after their week had closed, and would change what they count. “furlong review late accept” or “reject” decides about one, for good. Each access is recorded.',
  wouldCount: 'Would count',
  because: 'Because',
  rewardsReviewPersonSends:
    'Rewards in review, which a person sends again or records as credited (“furlong fulfilment reviews”), and rewards that are being cancelled at a provider. Each access is recorded.',
  noneYet: 'none yet',
  waitsFor: 'Waits for',

  // deadLetters
  consumer: 'Consumer',
  fates: {
    APPLIED: 'it is applied, and the letter is gone',
    PUBLISHED: 'it is published again',
    STALE: 'it had been applied already, or something newer had; the letter is gone',
    POISON: 'it still cannot be applied',
    UNREAD: 'the consumer no longer reads its topic',
    GONE: 'the letter is not there any more',
  },
  dryRunNothingIsChanged: ({ words }: Named<'words'>) => `Dry run, nothing is changed. It would be: ${words}`,
  replayed: ({ words }: Named<'words'>) => `Replayed: ${words}`,
  allDeadLettersOf: ({ app }: Named<'app'>) => `all dead letters of ${app}`,
  allDeadLettersOfFrom: ({ app, topic }: Named<'app' | 'topic'>) => `all dead letters of ${app} from ${topic}`,
  jobStarted: 'Job started',
  dryRunOfAll: 'Dry run of all',
  aJobTellsWhatWouldHappenTo: ({ all }: Named<'all'>) => `A job tells what would happen to ${all}. Nothing is changed.`,
  replayAll: 'Replay all',
  aJobApplies: ({ all }: Named<'all'>) => `A job applies ${all}. Each is applied once, also if the job is interrupted; what still cannot be applied stays.`,
  letter: 'Letter',
  whatIsWrong: 'What is wrong',
  partitionOffset: 'Partition:offset',
  stored: 'Stored',
  whatWouldHappenIfApplied: 'What would happen if it were applied now? Nothing is changed.',
  replay: 'Replay',
  appliedConsumerWouldApply: 'It is applied as its consumer would apply it now, and the letter is removed.',
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
  switchOffOnAllNodes: 'Switch off on all nodes',
  brandChosenBar: ({ name }: Named<'name'>) => `This is for ${name}, the brand that is chosen in the bar.`,

  // nodes
  eachPartNodeAppliesThese: 'Each part of a node applies these decisions to its own database and acknowledges them. This page updates automatically.',
  nodes: 'Nodes',
  noNodeHasReportedYet: 'No node has reported yet.',
  nodesReportThemselvesWhat: 'Nodes report by themselves what they have applied, once `furlong consume backoffice` runs.',
  node: 'Node',
  part: 'Part',
  reports: 'reports',
  silent: 'silent',
  appliedUpTo: 'Applied up to',
  lacks: 'Lacks',
  nothing: 'nothing',
  since: ({ missing, missingSince }: Named<'missing' | 'missingSince'>) => `${missing}, since ${missingSince}`,
  cannotApply: 'Cannot apply',
  forget: 'Forget',
  wasRemovedPermanently: ({ node }: Named<'node'>) => `${node} was removed permanently. If it reports again, it is known again.`,

  // rewardStatuses
  labels: { PAUSE: 'Pause', RESUME: 'Resume', WITHDRAW: 'Withdraw', RECALL: 'Recall' },
  meaningOfAction: {
    PAUSE: 'For now nobody else can choose it; customers who have chosen it keep it.',
    RESUME: 'It can be chosen again.',
    WITHDRAW: 'It leaves the menu; customers who have chosen it keep it.',
    RECALL: 'For safety or law: nobody gets it any more, not even customers who have chosen it. It cannot be undone, and another person has to approve it.',
  },
  laterUpstreamsStatus: 'The later of the upstream’s status and the operators’ applies, on all nodes.',
  versionsOfRewards: 'Versions of rewards',
  theBrandHasNoRewardsYet: 'The brand has no rewards yet.',
  rewardsArriveFromUpstream: 'Rewards arrive from upstream as messages, each version with its terms: see `furlong reward list`.',
  recalled: 'recalled',
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
  days: ({ hours }: Named<'hours'>) => `${hours} days`,
} satisfies Messages;
