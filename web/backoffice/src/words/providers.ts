/** What the back office says: providers. */
import { plural, type Messages, type Named } from './message.ts';

export const PROVIDERS = {
  // ConfigurationForm
  withoutUserPasswordAndQuery: 'Without user, password and query',
  nameOfTheSecret: 'Name of the secret',
  neverTheSecret: 'Never the secret: nodes have its value',
  kindsOfReward: 'Kinds of reward',
  suchAsFreeBetBetBoost: 'Such as free_bet, bet_boost',
  emptyForAll: 'Empty for all',
  currencies: 'Currencies',
  position: 'Position',
  theLowestIsAskedFirst: 'The lowest is asked first',
  rewardWorthMoreWaitsPerson: 'A reward worth more waits for a person',
  maxConcurrentCalls: 'Max concurrent calls',
  timeoutS: 'Timeout (s)',
  attempts: 'Attempts',
  alwaysUnderTheSameKey: 'Always under the same key',
  initialRetryDelayS: 'Initial retry delay (s)',
  failuresBeforeCircuitOpens: 'Failures before circuit opens',
  circuitStaysOpenS: 'Circuit stays open (s)',
  idempotencyKeysKeptH: 'Idempotency keys kept (h)',
  laterNothingIsSentUnderIt: 'Later, nothing is sent under it',
  pollingIntervalMin: 'Polling interval (min)',
  proposeAConfigurationOf: ({ name }: Named<'name'>) => `Propose a configuration of ${name}`,
  proposeForAllNodes: 'Propose for all nodes',
  completeTheNumbersAndTheName: 'Complete the numbers and the name.',
  storedWithEveryCreditForEver: 'Stored with every credit, for ever',
  adapter: 'Adapter',
  usageReportedBy: 'Usage reported by',
  enabledRewardsAreSentToIt: 'Enabled: rewards are sent to it',

  // HealthTable
  silent: ({ node }: Named<'node'>) => `${node}, silent`,
  noWorkerReports: 'No worker reports',
  theFilesRevision: 'the file’s revision',
  healthByNodeAndWorker: 'Health by node and worker',
  noNodeHasReportedAboutItYet: 'No node has reported about it yet.',
  nodeAndWorker: 'Node and worker',
  circuit: 'Circuit',
  calls: 'Calls',
  due: 'Due',
  lastSuccess: 'Last success',
  lastFailure: 'Last failure',
  lastCredit: 'Last credit',

  // ProposeForm
  proposedAnotherPerson: 'Proposed: another person has to approve it',
  approverNodesAuditLogShow: 'The approver, nodes and the audit log show it.',

  // ProviderList
  unknownHere: 'unknown here',
  theFiles: 'the file’s',
  theEnvironments: 'the environment’s',
  notUsedBy: ({ missing }: Named<'missing'>) => `not used by ${missing}`,
  notUsedByItsProcess: 'not used by its process',
  waitingForApproval: ({ count }: Named<'count'>) => `${count} waiting for approval`,
  thoseProcessOwnFeedsBets:
    'Providers with a process of their own, feeds of bets, and providers of rewards, in the order in which they are asked. A second person approves each change of a configuration, which then applies on all nodes, or in the adapter’s process.',
  newProviderOfRewards: 'New provider of rewards',
  noProviderIsKnownHere: 'No provider is known here.',
  submitOneGiveBackOffice: 'Submit one, or give the back office FURLONG_FULFILMENT_PROVIDERS, as the workers have it.',
  health: 'Health',

  // ProviderShow
  newProvider: 'New provider',
  anotherPersonApprovesIt: 'Another person approves it; until then nothing is sent to it.',
  kindAndProcess: ({ kind, capabilities, process, command }: Named<'kind' | 'capabilities' | 'process' | 'command'>) =>
    `Its kind is ${kind}; it brings ${capabilities}. It runs in ${process}; ${command} tries it.`,
  configuredByItsProcess: ({ command }: Named<'command'>) => `It is configured by the settings of that process: ${command} shows them.`,
  changeWaits: ({ proposedBy, reason }: Named<'proposedBy' | 'reason'>) => `${proposedBy} proposed a change, which waits for another person: ${reason}`,
  theEnvironment: 'the environment',
  theFile: 'the file',
  itKeepsAtMostItems: ({ items }: Named<'items'>) => `It keeps at most ${items} items.`,
  itKeepsOfAtMostItems: ({ kept, most }: Named<'kept' | 'most'>) => `It keeps ${kept} of at most ${most} items.`,
  providersLastMessageMsOld: ({ delayMs }: Named<'delayMs'>) => `The provider’s last message was ${delayMs} ms old when it came.`,
  aMessageHasAtMostMb: ({ megabytes }: Named<'megabytes'>) => `A message has at most ${megabytes} MB.`,
  noRevisionWasDecidedYet: 'No revision was decided yet: its process uses its environment, shown as far as it is known here.',
  revisionIsInForce: ({ revision }: Named<'revision'>) => `Revision ${revision} is in force.`,
  itsProcessDoesNotUseRevision: ({ revision, unused }: Named<'revision' | 'unused'>) => `Its process doesn’t use revision ${revision}: ${unused}`,
  settings: 'Settings',
  itsConfigurationIsNotKnownHere: 'Its configuration isn’t known here: nodes use their files.',
  asInTheWorkersFile: 'As in the workers’ file.',
  rewards: ({ provider }: Named<'provider'>) => `Rewards: ${provider}.`,
  itHasNotAcknowledgedItYet: 'it hasn’t acknowledged it yet',
  doesNotUseRevision: ({ node, revision, reason }: Named<'node' | 'revision' | 'reason'>) => `${node} doesn’t use revision ${revision}: ${reason}`,
  nothingKnownHere: 'nothing known here',
  paysAdapterCanAskLimits: ({ offered, adapterKinds, limits }: Named<'offered' | 'adapterKinds' | 'limits'>) =>
    `Pays ${offered}. Its adapter can ask for ${adapterKinds}. Limits: ${limits}.`,
  endpointSecret: ({ endpoint, secret }: Named<'endpoint' | 'secret'>) => `Endpoint: ${endpoint} (secret ${secret}).`,
  configuration: 'Configuration',

  // Revisions
  providerNoConfigurationYet: 'The provider has no configuration yet.',
  submittedBy: 'Submitted by',
  compareRevisionPresentOne: ({ revision }: Named<'revision'>) => `Compare revision ${revision} with the present one`,
  compare: 'Compare',
  backTo: ({ revision }: Named<'revision'>) => `Back to ${revision}`,
  revisionIsProposedAgain: ({ revision }: Named<'revision'>) => `Revision ${revision} is proposed again; another person has to approve it.`,
  changesFromRevisionTo: ({ compared, present }: Named<'compared' | 'present'>) => `Changes from revision ${compared} to ${present}`,
  revisionPresentOneEqual: ({ compared }: Named<'compared'>) => `Revision ${compared} and the present one are equal.`,
  revision: ({ compared }: Named<'compared'>) => `Revision ${compared}`,

  // SettingsForm
  proposeSettingsOf: ({ adapter }: Named<'adapter'>) => `Propose settings of ${adapter}`,
  proposeForItsProcess: 'Propose for its process',
  completeTheNumbers: 'Complete the numbers.',
  separatedByCommas: ({ help }: Named<'help'>) => `${help}; separated by commas`,

  // State
  stoppedOnAllNodes: 'Stopped on all nodes',
  stoppedByAnAlarm: 'Stopped by an alarm',
  disabledByItsConfiguration: 'Disabled by its configuration',
  notConfigured: 'Not configured',
  forSince: ({ since }: Named<'since'>) => `, for ${since}`,
  rewardsSentAgainAllNodes: 'Rewards are sent to it again, on all nodes.',
  nothingMoreSentAllNodes: 'Nothing more is sent to it, on all nodes; its rewards wait.',
  betsCountedAgainAllNodes: 'Its bets are counted again, on all nodes.',
  betsWaitKafkaAllNodes: 'Its bets wait in Kafka, on all nodes, and are counted later.',
  itsProcessConnectsAgain: 'Its process connects again.',
  processDisconnectsOnceWhat: 'Its process disconnects at once, and what it has told counts as incomplete.',
  start: ({ id }: Named<'id'>) => `Start ${id}`,
  stop: ({ id }: Named<'id'>) => `Stop ${id}`,

  // provider
  aPersonDecidesAbove: ({ limit, calls, timeoutSeconds, attempts }: Named<'limit' | 'calls' | 'timeoutSeconds' | 'attempts'>) =>
    `a person decides above ${limit}; ${calls}, ${timeoutSeconds} s each, ${attempts}`,
  callsAtOnce: ({ calls }: { calls: number }) => plural(calls, '1 call at once', `${calls} calls at once`),
  attemptsOfEach: ({ attempts }: { attempts: number }) => plural(attempts, '1 attempt', `${attempts} attempts`),
  noneWait: 'none wait',

  // settings
  above: ({ above }: Named<'above'>) => `above ${above}`,
  toMost: ({ most }: Named<'most'>) => `to ${most}`,
  sources: { approved: 'as it was approved', kept: 'as an earlier process kept it' },
  processNotToldSettingsUses: 'Its process hasn’t told which settings it uses.',
  processUsesSettings: 'Its process uses the settings of its environment.',
  itsProcessUsesRevision: ({ revision, source }: Named<'revision' | 'source'>) => `Its process uses revision ${revision}, ${source}.`,
  forSinceReason: ({ since, reason }: Named<'since' | 'reason'>) => `for ${since}: ${reason}`,
} satisfies Messages;
