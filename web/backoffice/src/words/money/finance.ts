/** What the back office says: finance. */
import { plural, type Messages, type Named } from '../message.ts';

export const FINANCE = {
  // CorrectButton
  correctABalance: 'Correct a balance',
  approverListCorrections: 'The approver, the list of corrections and the audit log show it.',
  payoutsInTheCurrencyAreStopped: 'Payouts in the currency are stopped: it is moved once they go on.',
  wholeIdLogged: 'The whole id, such as c-1003. Views of customer data are logged.',
  lookingUpTheirAccounts: 'Looking up their accounts…',
  chooseTheAccountBelow: 'Choose the account below.',
  customerCanUseNowThen: ({ correction, before, after }: Named<'correction' | 'before' | 'after'>) =>
    `This ${correction}. The customer can use ${before} now, and then ${after}.`,

  // Corrections
  moneyTwoPeopleMovedBetween: 'Money moved between a customer and the house, each time approved by a second person. Views of customer data are logged.',
  correctionsInline: 'corrections',
  corrections: 'Corrections',
  thereAreNoCorrectionsYet: 'There are no corrections yet.',
  correctionAppearsHereOnce: 'A correction appears here once a second person has approved it. Until then it is among the approvals.',
  approvedBy: ({ proposedBy, approvedBy }: Named<'proposedBy' | 'approvedBy'>) => `${proposedBy}, approved by ${approvedBy}`,

  // Days
  days: 'days',
  eachDayWalletUtcClosed:
    'Each day of the wallet (UTC) is closed by proving that all sums agree. A day that differs stops payouts in its currency; nothing is corrected silently.',
  noDayIsClosedYet: 'No day is closed yet.',
  walletClosesEachDaySome: 'The wallet closes each day some minutes after it has ended.',
  signed: 'Signed',
  unsigned: 'Unsigned',
  beganAnew: 'Began anew',
  transfers: ({ count, shown }: { count: number } & Named<'shown'>) => plural(count, '1 transfer', `${shown} transfers`),
  closedOnAsNumber: ({ closedAt, sequence }: Named<'closedAt' | 'sequence'>) => `Closed on ${closedAt} as number ${sequence}.`,
  openingsNotComparedDay: ({ begins }: Named<'begins'>) => `Its openings weren’t compared with the day before, because ${begins}.`,
  noKeyConfiguredWhenDay: 'No key was configured when the day was closed, so nobody can prove later that it wasn’t changed.',
  hashOfTheClose: ({ hash }: Named<'hash'>) => `Hash of the close: ${hash}`,
  whatDiffers: ({ differences }: Named<'differences'>) => `${differences} What differs:`,
  notKnownAnyMore: 'Not known any more',
  positionsOn: ({ day }: Named<'day'>) => `Positions on ${day}`,
  thereWereNoAccountsOnThisDay: 'There were no accounts on this day.',
  opening: 'Opening',
  movements: 'Movements',
  closing: 'Closing',

  // FinancialChecks
  customersWhoseDepositsLess:
    'Customers whose deposits less withdrawals passed the threshold of the rules where they are. Look whether they can afford it, and write down what you found. Views of customer data are logged.',
  financialChecksInline: 'financial checks',
  financialChecks: 'Financial checks',
  noCheckIsWaiting: 'No check is waiting.',
  customerPassesThreshold: 'A customer who passes the threshold appears here.',
  paidInLessWithdrawals: 'Paid in, less withdrawals',
  waitingSince: 'Waiting since',
  closeWithAFinding: 'Close with a finding',
  writeWhatYouFoundAboutWhat: ({ who }: Named<'who'>) =>
    `Write what you found about ${who}, and what follows from it. It is kept, and can’t be changed. The check is due again when the rules say so.`,
  checkIsClosed: ({ who }: Named<'who'>) => `The check of ${who} is closed. It leaves the list within seconds.`,

  // PaymentCases
  whatProcessorsReportWeDo:
    'What processors report and we don’t know, or the other way round, and what could not be done. Nothing is corrected by itself: find out, put it right, and write down what you found.',
  paymentDifferences: 'payment differences',
  whatReportWebhookPayment: 'What a report, a webhook or a payment shows otherwise than we know it appears here.',
  known: 'Known',
  writeWhatYouFoundHowPut: 'Write what you found, and how it was put right. It is kept, and can’t be changed.',
  closedLeavesListWithin: 'Closed. It leaves the list within seconds.',

  // PayoutStops
  whereCloseDayDiffers:
    'Where the close of a day differs, its currency pays out nothing until two people say so: one proposes, another approves. Deposits, bets and wins go on.',
  allPayoutsGoOn: 'All payouts go on.',
  currencyWhoseDayDiffers: 'A currency whose day differs appears here, with what to do about it.',
  closeHasDifferences: ({ differences, day }: { differences: number } & Named<'day'>) =>
    plural(differences, `The close of ${day} has 1 difference`, `The close of ${day} has ${differences} differences`),
  letGoOn: 'Resume payouts',
  needsFinanceOfAllBrands: 'Needs finance of all brands',
  proposePayoutsIn: ({ name }: Named<'name'>) => `Propose payouts in ${name}`,
  payoutsGoOnceAnotherPerson: ({ name }: Named<'name'>) =>
    `Payouts in ${name} go on once another person of finance approves it, those that waited first. A later day has to be closed without a difference before. Say what the difference was, and how it was explained.`,
  proposedWaitingAnother: ({ proposal }: Named<'proposal'>) => `${proposal}: proposed, and waiting for another person of finance.`,

  // Withdrawals
  withdrawalsRulesWantPerson:
    'Withdrawals that the rules want a person to look at. The money is set aside: one person proposes to send it or to give it back, another approves. Views of customer data are logged.',
  withdrawalsInline: 'withdrawals',
  withdrawals: 'Withdrawals',
  noWithdrawalIsWaiting: 'No withdrawal is waiting.',
  withdrawalPersonLook: 'A withdrawal that a person has to look at appears here.',
  way: 'Way',
  whyItWaits: 'Why it waits',
  asked: 'Asked',
  amountOfCustomer: ({ amount, customer }: Named<'amount' | 'customer'>) => `${amount} of ${customer}`,
  proposeToSend: 'Propose to send',
  sentOnceAnotherPerson: ({ asked }: Named<'asked'>) =>
    `${asked} is sent once another person of finance approves it, and can’t be called back. Say what you have looked at.`,
  proposeToReject: 'Propose to reject',
  customersUseAgainOnce: ({ asked }: Named<'asked'>) =>
    `${asked} is the customer’s to use again once another person of finance approves it. Say why it isn’t sent.`,

  // figures
  lastClosedDay: 'Last closed day',
  transfersSigned: ({ count, shown }: { count: number } & Named<'shown'>) => plural(count, '1 transfer; signed.', `${shown} transfers; signed.`),
  transfersUnsigned: ({ count, shown }: { count: number } & Named<'shown'>) => plural(count, '1 transfer; unsigned.', `${shown} transfers; unsigned.`),
  customersHave: 'Customers have',
  cashBonusesFreeBetsEnd: ({ day }: Named<'day'>) => `Cash, bonuses and free bets at the end of ${day}.`,
  waiting: 'waiting',
  withdrawalsWaiting: 'Withdrawals waiting',
  noWithdrawalWaitsForAPerson: 'No withdrawal waits for a person.',
  moneySetAsideUntilTwo: 'Their money is set aside until two people decide.',
  whatDoesNotFitOrCouldNotBeDone: 'What doesn’t fit, or could not be done: each needs a finding.',
  daysThatDiffer: 'Days that differ',
  allComparedReports: 'All compared reports of processors are equal or explained.',
  reportsProcessorsSay: 'Reports of processors say something else than we know.',
  differ: 'differ',
  payoutsStopped: 'Payouts stopped',
  allCurrenciesPayOut: 'All currencies pay out.',
  aDayDiffered: 'A day differed: two people decide when payouts go on.',
  stopped: 'stopped',
  correctionsUnderWay: 'Corrections under way',
  approvedNotMovedWalletYet: 'Approved, and not moved by the wallet yet.',
  customersPassedThreshold: 'Customers who passed the threshold wait for a person.',

  // words
  accounts: {
    CASH: 'Customers: cash',
    BONUS: 'Customers: bonuses',
    FREE_BET: 'Customers: free bets',
    BETS: 'House: bets',
    GAMES: 'House: games',
    PRIZES: 'House: prizes of game suppliers',
    CREDITS: 'House: cost of credits',
    PAYMENTS: 'House: payments',
    CORRECTIONS: 'House: corrections',
    FEES: 'House: fees of payments',
    CHARGEBACKS: 'House: money that banks took back',
    OWED: 'House: money that customers owe',
    ERASED: 'House: erased customers',
  },
  kindsOfMovements: {
    DEPOSIT: 'Deposits',
    WITHDRAWAL: 'Withdrawals',
    STAKE: 'Stakes',
    RETURN: 'Returns of bets',
    REFUND: 'Refunds',
    BONUS: 'Bonuses credited',
    FREE_BET: 'Free bets credited',
    GAME_BET: 'Game stakes',
    GAME_WIN: 'Game wins',
    ROLLBACK: 'Rollbacks of games',
    FEE: 'Fees',
    CORRECTION: 'Corrections',
    EXPIRY: 'Expired credits',
  },
  refusals: {
    INSUFFICIENT_FUNDS: 'The customer had less than it takes.',
    SUSPENDED: 'The account is suspended.',
    NO_ACCOUNT: 'The customer has no such account any more.',
    IMPOSSIBLE: 'The ledger doesn’t permit it; the log of the wallet’s worker says why.',
  },
  cases: {
    UNKNOWN: 'Money that we know nothing of',
    MISSING: 'Missing in the report',
    DIFFERENT: 'Not what we know',
    OWED: 'Could not be sent back',
    DISPUTE: 'A bank took a payment back',
    FOREIGN: 'Refunded at the processor',
    UNREADABLE: 'A message or statement that can’t be used',
    WIN: 'A game has won more than the most that is set; it isn’t paid yet',
    BET: 'A corrected bet: what was paid too much couldn’t be taken back, or what is due couldn’t be paid',
  },
  account: ({ account }: Named<'account'>) => `Account ${account}`,
  code: ({ code }: Named<'code'>) => `Code ${code}`,
  right: 'Right',
  differences: ({ count }: { count: number }) => plural(count, '1 difference', `${count} differences`),
  notKnownCurrencyAffectedSo: 'It isn’t known which currency is affected, so the day stopped payouts in all of them.',
  theDayStoppedPayoutsIn: ({ currencies }: Named<'currencies'>) => `The day stopped payouts in ${currencies}.`,
  theCash: 'the cash',
  theCredit: ({ credit }: Named<'credit'>) => `the credit ${credit}`,
  takesFrom: ({ amount, account }: Named<'amount' | 'account'>) => `takes ${amount} from ${account}`,
  moved: 'Moved',
  theWalletHasNotMovedItYet: 'The wallet hasn’t moved it yet. It waits as long as payouts in its currency are stopped.',
  nothingWasMoved: ({ why }: Named<'why'>) => `${why} Nothing was moved.`,
  cashIn: ({ currency }: Named<'currency'>) => `Cash in ${currency}`,
  unknown: 'unknown',
} satisfies Messages;
