/** What the back office says: payments. */
import { plural, type Messages, type Named } from '../message.ts';

export const PAYMENTS = {
  // ComparedDays
  comparedDaysInline: 'compared days',
  whatEachProcessorReports:
    'What each processor reports of a day (UTC) is compared with what we know, six hours after the day has ended. Nothing is corrected by itself: each difference is a case.',
  comparedDays: 'Compared days',
  noDayIsComparedYet: 'No day is compared yet.',
  firstOneAppearsSixHours: 'The first one appears six hours after the first day with a payment has ended.',
  linesMatched: 'Lines matched',
  unknownHere: 'Unknown here',
  missingThere: 'Missing there',
  different: 'Different',
  compared: 'Compared',

  // PaymentLink
  story: 'Story',

  // PaymentStories
  whatHappenedToThePayment: ({ id }: Named<'id'>) => `What happened to the payment ${id}`,
  payment: ({ id }: Named<'id'>) => `Payment ${id}`,

  // Payments
  whatHappenedDeposit:
    'What happened to a deposit or withdrawal, and why. Money of a deposit goes back to its source if two people want it. Views of customer data are logged.',
  wholeIdProcessorReport: 'The whole id, as the processor, a report or support has it.',
  noPaymentIsShown: 'No payment is shown.',
  typeIdPaymentOpenOneFrom: 'Type the id of a payment, or open one from a payment difference.',

  // Processors
  movesCustomersMoneyWhether:
    'Who moves customers’ money, whether they answer, and for what they are asked. A payment goes to the first processor of its method that can take it; its own story says why.',
  backOfficeWasntGivenFile:
    'The back office wasn’t given the file of payments, so it doesn’t know for what processors are asked. Set FURLONG_PAYMENTS_FILE where it runs.',
  paymentProcessors: 'Payment processors',
  thereAreNoProcessors: 'There are no processors.',
  processorAppearsHereOnce: 'A processor appears here once the file of payments names it.',
  askedFor: 'Asked for',
  notKnownHere: 'Not known here',
  last: 'Last',
  neverAsked: 'Never asked',
  failedIn24Hours: 'Failed in 24 hours',
  noAnswerForAWeek: 'No answer for a week',
  answerToARequestFrom: ({ answeredAt }: Named<'answeredAt'>) => `Answer to a request from ${answeredAt}`,
  noMoneyYet: 'No money yet',
  moneyAt: ({ movedAt }: Named<'movedAt'>) => `Money at ${movedAt}`,

  // RefundButton
  refund: 'Refund',
  refundADeposit: 'Refund a deposit',
  paidAt: 'Paid at',
  approverListRefundsAudit: 'The approver, the list of refunds and the audit log show it.',

  // Refunds
  moneyDepositsTwoPeople:
    'Money of deposits that two people decided to send back to its source. Propose one at its payment. Views of customer data are logged.',
  refundsInline: 'refunds',
  refunds: 'Refunds',
  thereAreNoRefundsYet: 'There are no refunds yet.',
  refundAppearsHereOnce: 'A refund appears here once a second person has approved it. Until then it is among the approvals.',
  deposit: 'Deposit',

  // processors
  differences: ({ waiting, shown }: { waiting: number } & Named<'shown'>) => plural(waiting, '1 difference', `${shown} differences`),
  equal: 'Equal',
  explained: 'Explained',
  closed: ({ closed }: Named<'closed'>) => `${closed} closed`,
  casesClosedClosed: ({ cases, closed }: Named<'cases' | 'closed'>) => `${cases}, ${closed} closed`,
  owesAnswers: 'Owes answers',
  notConfiguredHere: 'Not configured here',
  theOldestFrom: ({ at }: Named<'at'>) => `, the oldest from ${at}`,
  unanswered: ({ doubtful, doubtfulSince }: Named<'doubtful' | 'doubtfulSince'>) => `${doubtful} unanswered${doubtfulSince}`,
  onTheWay: ({ underWay, underWaySince }: Named<'underWay' | 'underWaySince'>) => `${underWay} on the way${underWaySince}`,
  theOnlyProcessor: 'the only processor',
  numberOf: ({ place, places }: { place: number } & Named<'places'>) => plural(place, `asked first of ${places}`, `number ${place} of ${places}`),
  upTo: ({ maximum }: Named<'maximum'>) => `up to ${maximum}`,
  forBrands: ({ brands }: Named<'brands'>) => `for ${brands}`,
  sIn: ({ name, direction, currencies, parts }: Named<'name' | 'direction' | 'currencies' | 'parts'>) => `${name} (${direction}s in ${currencies}): ${parts}`,
  withoutAReason: 'without a reason',
  partsWhat: ({ parts, what }: Named<'parts' | 'what'>) => `${parts} × ${what}`,

  // refunds
  neverTheCustomers: ({ left, processor }: Named<'left' | 'processor'>) =>
    `This money was never the customer’s. All ${left} that is left goes back to its source at ${processor}.`,
  atMost: ({ most, left, processor, cash }: Named<'most' | 'left' | 'processor' | 'cash'>) =>
    `At most ${most}: the deposit has ${left} left at ${processor}, and the customer can use ${cash} of cash.`,
  depositHasOnlyLeft: ({ left, processor }: Named<'left' | 'processor'>) => `The deposit has only ${left} left at ${processor}.`,
  customerCanUseOnly: ({ cash }: Named<'cash'>) => `The customer can use only ${cash} of cash.`,
  goesBackToItsSourceAt: ({ amount, processor, cash, after }: Named<'amount' | 'processor' | 'cash' | 'after'>) =>
    `${amount} goes back to its source at ${processor}. The customer can use ${cash} of cash now, and then ${after}.`,
  notSentYet: 'Not sent yet',
  theMoneyIsSetAside: 'The money is set aside. It waits as long as payouts in its currency are stopped, or the processor doesn’t answer.',
  onItsWay: 'On its way',
  sentBack: 'Sent back',
  failed: 'Failed',
  itCouldNotBeSentOrCameBack:
    'It could not be sent, or came back. The customer has the money again, unless it never became theirs; “Payment differences” has the case.',
  nothingWasSent: 'Nothing was sent.',
  nothingSent: ({ reason }: Named<'reason'>) => `${reason} Nothing was sent.`,

  // story
  beingChecked: 'Being checked',
  notPaidYet: 'Not paid yet',
  waitsForAPerson: 'Waits for a person',
  wentBack: 'Went back',
  directionOfAmountByMethod: ({ direction, amount, method }: Named<'direction' | 'amount' | 'method'>) => `${direction} of ${amount} by ${method}`,
  codes: {
    LIMIT_REACHED: 'It is more than the customer’s deposit limit allows.',
    SELF_EXCLUDED: 'The customer has excluded themselves.',
    COOLING_OFF: 'The customer takes a break.',
    SUSPENDED: 'The account is suspended.',
    UNVERIFIED: 'The operator has not checked yet who the customer is.',
    WRONG_CURRENCY: 'The account is in another currency.',
    INSUFFICIENT_FUNDS: 'The customer had less cash.',
    METHOD_UNAVAILABLE: 'No processor could take it.',
    AMOUNT_DIFFERS: 'Another amount was paid than was asked for.',
    PAID_TWICE: 'The deposit was paid twice: the first payment counts.',
    ERASED: 'The customer’s data was erased, so nobody knows whose money it is.',
    NO_CHARGE: 'The deposit has no such payment that arrived.',
    NOT_LEFT: 'Less was left of it: something had been refunded, withdrawn or taken back by a bank.',
    NOT_WHOLE: 'This money was never the customer’s, so all that is left of it goes back.',
    unavailable: 'It could not be reached.',
    rejected: 'Two people rejected the withdrawal.',
  },
  itsReason: ({ code }: Named<'code'>) => `Its reason: ${code}.`,
  isAskedFirst: ({ name }: Named<'name'>) => `${name} is asked first: it takes this way to pay, country and amount.`,
  isChoiceNumber: ({ name, number }: Named<'name' | 'number'>) => `${name} is choice number ${number}: it is asked if those before it can’t take the payment.`,
  isntAskedAbove: ({ name, above }: Named<'name' | 'above'>) => `${name} isn’t asked: the amount is above ${above}, the most it takes.`,
  isntUsedInCountry: ({ name, country }: Named<'name' | 'country'>) => `${name} isn’t asked: it isn’t used for customers in ${country}.`,
  isSwitchedOff: ({ name }: Named<'name'>) => `${name} isn’t asked: it is switched off.`,
  isAskedLast: ({ name, late }: Named<'name' | 'late'>) => `${name} is asked last: ${late}.`,
  sent: { charge: 'was asked to take', refund: 'was asked to send back', payout: 'was asked to pay out', dispute: 'told us that a bank takes back' },
  waitsForTheCustomerToPay: 'waits for the customer to pay',
  isConfirmingThePaymentOf: 'is confirming the payment of',
  hasTheCustomersPaymentOf: 'has the customer’s payment of',
  gotNoPaymentOf: 'got no payment of',
  isSendingBack: 'is sending back',
  hasSentBack: 'has sent back',
  couldNotSendBack: 'could not send back',
  isPayingOut: 'is paying out',
  hasPaidOut: 'has paid out',
  couldNotPayOut: 'could not pay out',
  holdsForTheBanksDecision: 'holds for the bank’s decision',
  lostToTheBank: 'lost to the bank',
  wonBackFromTheBank: 'won back from the bank',
  booked: { kept: 'set aside', released: 'released again', moved: 'moved' },
  theCustomerAskedFor: ({ amount }: Named<'amount'>) => `The customer asked for ${amount}.`,
  itWasRefused: 'It was refused.',
  aPersonHasToDecide: 'A person has to decide.',
  byStateIt: ({ by, state }: Named<'by' | 'state'>) => `${by} ${state} it.`,
  decidedToSendBack: ({ by, amount }: Named<'by' | 'amount'>) => `${by} decided to send ${amount} back.`,
  itWasNotSentBack: 'It was not sent back.',
  feeInTheWallet: ({ amount, state }: Named<'amount' | 'state'>) => `The fee of ${amount} was ${state} in the wallet.`,
  amountInTheWallet: ({ amount, state }: Named<'amount' | 'state'>) => `${amount} was ${state} in the wallet.`,
  stoppedCountingAgainst: 'It stopped counting against the customer’s limits.',
  aCaseWasOpenedForFinance: ({ state }: Named<'state'>) => `A case was opened for finance: ${state}.`,
  closedTheCase: ({ by }: Named<'by'>) => `${by} closed the case.`,
  itBecameTheCustomers: 'It became the customer’s.',
} satisfies Messages;
