/** What the back office says: support. */
import { plural, type Messages, type Named } from './message.ts';

export const SUPPORT = {
  // AdjustButton
  adjustAWeek: 'Adjust a week',
  readingTheWeek: 'Reading the week…',
  now: ({ total }: Named<'total'>) => `${total} now.`,
  approverLedgerAuditLogShow: 'The approver, the ledger and the audit log show it.',
  nameAWeekSuchAs2026W13: 'Name a week such as 2026-W13.',
  theCustomerHasNowAndThen: ({ total, after }: Named<'total' | 'after'>) => `The customer has ${total} now, and then ${after}. `,

  // CustomerCards
  progressTowardsTheTarget: 'Progress towards the target',
  pastWeeks: 'Past weeks',
  noBetsCounted: 'No bets counted',

  // CustomerPage
  removeLegalHold: 'Remove legal hold',
  theCustomerMayBeErasedAgain: 'The customer may be erased again.',
  legalHoldSinceBy: ({ putAt, putBy, reason }: Named<'putAt' | 'putBy' | 'reason'>) => `Legal hold since ${putAt}, by ${putBy}: ${reason}`,
  legalHoldOfLiftedBy: ({ putAt, reason, liftedBy, liftReason }: Named<'putAt' | 'reason' | 'liftedBy' | 'liftReason'>) =>
    `Legal hold of ${putAt} (${reason}), lifted by ${liftedBy}: ${liftReason}`,
  placeLegalHold: 'Place legal hold',
  customerNotErasedUntil: 'The customer is not erased until somebody lifts the hold.',
  erase: 'Erase',
  anotherPersonHasToApproveIt: 'Another person has to approve it. What accounting and the law need is kept under a pseudonym; the rest cannot be brought back.',
  customer: ({ customerId }: Named<'customerId'>) => `customer ${customerId}`,
  customerOf: ({ customerId, brand }: Named<'customerId' | 'brand'>) => `Customer ${customerId} of ${brand}`,
  thisCustomerPlacedTheBet: ({ bet }: Named<'bet'>) => `This customer placed the bet ${bet}.`,
  noLegalHoldIsInPlace: 'No legal hold is in place.',
  noProposalsAreWaiting: 'No proposals are waiting.',
  money: 'Money',

  // CustomerSearch
  findBy: 'Find by',
  betId: 'Bet id',
  customerIdOrItsBeginning: 'Customer id, or its beginning',
  noCustomerFound: 'No customer found.',
  foundCustomers: 'Found customers',
  more: 'More',

  // ExportButton
  theExportDidNotFinish: 'The export did not finish.',
  fetchTheExport: 'Fetch the export',
  exportData: 'Export data',
  exporting: 'Exporting …',
  allStoredAboutCustomer: 'All that is stored about this customer is collected in one document, which is kept for a week.',

  // GoodwillButton
  giveGoodwill: 'Give goodwill',
  leftForThisCustomerAndYou: ({ week, left }: Named<'week' | 'left'>) => `${week}: ${left} left for this customer and you.`,
  catalogueNoneCustomer: 'The catalogue has none for this customer.',
  rewardKindOfValue: ({ reward, kind, value }: Named<'reward' | 'kind' | 'value'>) => `${reward}: ${kind} of ${value}`,
  cause: 'Cause',
  explanation: 'Explanation',
  approverTimelineAuditLog: 'The approver, the timeline and the audit log show it.',

  // MessageOfBet
  partitionOffsetRevision: ({ topic, partition, offset, revision }: Named<'topic' | 'partition' | 'offset' | 'revision'>) =>
    `${topic}, partition ${partition}, offset ${offset}, revision ${revision}; `,
  arrivedByTheClockOfTheHappened: ({ arrivedAt, clock, occurredAt }: Named<'arrivedAt' | 'clock' | 'occurredAt'>) =>
    `arrived ${arrivedAt} by the clock of the ${clock}, happened ${occurredAt}`,
  showSourceMessage: 'Show source message',
  searchingKafka: 'Searching Kafka …',

  // MoneyCard
  showBalancePaymentsLimits: 'Show balance, payments, limits and transactions',
  operatorKeepsCustomers: ({ brand }: Named<'brand'>) =>
    `The operator of ${brand} keeps its customers’ money in a wallet of its own. Balance, limits, deposits, withdrawals and transactions are there: ask the operator. Bets and rewards are here, in the timeline.`,
  payments: 'Payments',
  transactions: 'Transactions',
  customerAskedNoDeposit: 'This customer has asked for no deposit or withdrawal.',
  eachOneAppearsHereWhat: 'Each one appears here with what happened to it, and why.',
  balanceAndCredits: 'Balance and credits',
  walletOpenedFirstDeposit: 'A wallet is opened by the first deposit, credit or bet.',
  canBeUsed: 'Can be used',
  expires: 'Expires',
  never: 'Never',
  limitsAndBreaks: 'Limits and breaks',
  theCustomerHasChosenNone: 'The customer has chosen none.',
  holds: 'Holds',
  wantedInstead: 'Wanted instead',
  transactionsInline: 'transactions',
  nothingHappenedCustomers: "Nothing has happened to this customer's money yet.",
  ofItCredits: 'Of it credits',
  whyAndWhatNext: 'Why, and what next',
  reference: 'Reference',

  // Timeline
  noMessage: 'no message',
  partitionOffset: ({ partition, offset }: Named<'partition' | 'offset'>) => `, partition ${partition} offset ${offset}`,
  all: 'All',
  staff: 'Staff',
  timeline: 'Timeline',
  show: 'Show',
  showSourceMessages: 'Show source messages',
  nothingHasHappenedYet: 'Nothing has happened yet.',
  nothingOfThisKindHasHappened: 'Nothing of this kind has happened.',
  time: 'Time',
  message: 'Message',
  arrived: 'Arrived',
  theUpstreamAskedToWaitUntil: ({ waitsUntil }: Named<'waitsUntil'>) => `The upstream asked to wait until ${waitsUntil}.`,
  notKept: 'not kept',
  loadMore: 'Load more',

  // WhyButton
  whyBet: ({ betId }: Named<'betId'>) => `Why: bet ${betId}`,
  why: 'Why?',
  whyThisBetCounted: 'Why this bet counted',
  whyThisBetDidNotCount: 'Why this bet did not count',
  facts: 'Facts',

  // adjustment
  subtractsFrom: ({ amount, week }: Named<'amount' | 'week'>) => `subtracts ${amount} from ${week}`,
  noRulesCustomerWeek: 'There are no rules for the customer in that week.',
  noMoreThanCanBeTaken: ({ total }: Named<'total'>) => `No more than ${total} can be taken.`,
  theTargetIsReached: 'The target is reached: the reward is earned.',
  theTargetIsMissed: 'The target is missed: the reward is no longer earned.',
  theTargetIsStillAway: ({ target }: Named<'target'>) => `The target is still ${target} away.`,
  theTargetStaysReached: 'The target stays reached.',

  // customer
  noAccountYet: 'No account yet',
  memberSince: ({ memberSince }: Named<'memberSince'>) => `Member since ${memberSince}`,
  notAMember: 'Not a member',
  canTakePart: 'Can take part',
  yes: 'Yes',
  no: ({ ineligibleReason }: Named<'ineligibleReason'>) => `No: ${ineligibleReason}`,
  notReceivedYet: 'Not received yet',
  fromPromotions: 'From promotions',
  verified: 'Verified',
  no2: 'No',
  exclusions: 'Exclusions',
  betsCount: ({ bets }: { bets: number }) => plural(bets, '1 bet counts', `${bets} bets count`),
  chosen: ({ reward }: Named<'reward'>) => `${reward} (chosen)`,
  default: ({ reward }: Named<'reward'>) => `${reward} (default)`,

  // money
  kinds: {
    DEPOSIT: 'Deposit',
    WITHDRAWAL: 'Withdrawal',
    STAKE: 'Stake',
    RETURN: 'Return of a bet',
    REFUND: 'Refund of a stake',
    BONUS: 'Bonus',
    FREE_BET: 'Free bet',
    GAME_BET: 'Game stake',
    GAME_WIN: 'Game win',
    ROLLBACK: 'Rollback of a game',
    FEE: 'Fee',
    CORRECTION: 'Correction',
  },
  givenBack: 'Given back',
  sentBackToItsSource: 'Sent back to its source',
  expired: ({ name }: Named<'name'>) => `${name} expired`,
  next: {
    WITHDRAWAL: 'The money is reserved until the payout is confirmed, or given back.',
    STAKE: 'The stake is reserved until the bet is accepted, or given back.',
    GAME_BET: 'The stake is reserved until the game confirms it, or given back.',
  },
  done: {
    RETURN: 'The bet with this reference was settled.',
    REFUND: 'The bet with this reference does not count any more, so its stake was given back.',
    ROLLBACK: 'The provider of the game took a round back.',
    CORRECTION: 'Two people of finance decided it; “Corrections” has the reason.',
  },
  moneyReservedUntil: 'The money is reserved until it is confirmed, or given back.',
  whoeverReservedMoneyGave: 'Whoever reserved the money gave it back, or its time had passed. Nothing was moved.',
  whatLeftCreditDayExpired: 'What was left of the credit on the day it expired.',
  moneyDepositWentBackBank: 'Money of a deposit went back, or a bank or processor took it back; its payment says why.',
  limits: {
    DEPOSIT_DAY: 'Deposits in 24 hours',
    DEPOSIT_WEEK: 'Deposits in 7 days',
    DEPOSIT_MONTH: 'Deposits in a month',
    LOSS_DAY: 'Losses in a day',
    STAKE_BET: 'Stake of a bet',
    SESSION_MINUTES: 'Session',
    BREAK: 'Break',
    EXCLUSION: 'Self-exclusion',
  },
  from: ({ name, product }: Named<'name' | 'product'>) => `${name} from ${product}`,
  noDepositsBetsGamesOffers: 'No deposits, bets, games, offers or messages. Withdrawals and open bets go on.',
  aReminderAfterMinutes: ({ minutes }: Named<'minutes'>) => `A reminder after ${minutes} minutes`,
  ofUsed: ({ used, limit }: Named<'used' | 'limit'>) => `${used} of ${limit} used`,
  aRaiseTo: ({ pending }: Named<'pending'>) => `A raise to ${pending}`,
  minutes: ({ pendingMinutes }: Named<'pendingMinutes'>) => `${pendingMinutes} minutes`,
  anEndOfTheLimit: 'An end of the limit',
  untilThenItLapses: ({ pendingUntil }: Named<'pendingUntil'>) => `, until ${pendingUntil}; then it lapses`,
  canConfirmedCustomerFrom: ({ wanted, pendingFrom, until }: Named<'wanted' | 'pendingFrom' | 'until'>) =>
    `${wanted} can be confirmed by the customer from ${pendingFrom}${until}.`,
} satisfies Messages;
