/** Deposits and withdrawals on the page: how each stands, and what one would cost before it is asked for. */
import { readAmount, type ReadAmount } from '@furlong/club';

import type { MethodFragment, PaymentFragment } from '../../generated/operations';
import { DEPOSIT_LIMITS, limitOfKind, usedOf, valueOf } from '../limits/limits';
import type { Limit, Money, Wallet } from '../wallet';

export type Payment = PaymentFragment;
export type Method = MethodFragment;
export type Direction = Payment['direction'];

/** In the order in which they are offered. */
export const DIRECTIONS = ['DEPOSIT', 'WITHDRAWAL'] as const satisfies readonly Direction[];

/** How a payment stands for its customer; each has words of its own. */
export type Standing =
  /** The customer has to pay at the processor's page. */
  | 'pay'
  /** The last attempt was declined, and the page is still there. */
  | 'retry'
  /** The customer has to send a bank transfer. */
  | 'transfer'
  | 'confirming'
  | 'doubt'
  | 'review'
  | 'sending'
  | 'arrived'
  | 'paid-out'
  /** A deposit came too late, and went back to its source. */
  | 'returned'
  | 'declined'
  | 'unpaid'
  /** No processor could be asked. */
  | 'unavailable'
  /** A person decided against a withdrawal. */
  | 'not-sent'
  /** A withdrawal could not be sent, or came back. */
  | 'came-back'
  | 'refused';

export function standingOf(payment: Payment): Standing {
  switch (payment.state) {
    case 'ASKED':
      return 'doubt';
    case 'REFUSED':
      return 'refused';
    case 'OPEN':
      return standingOfOpen(payment);
    case 'REVIEW':
      return 'review';
    case 'SENDING':
      return payment.code === 'PENDING' ? 'doubt' : 'sending';
    case 'DONE':
      return payment.direction === 'DEPOSIT' ? 'arrived' : 'paid-out';
    case 'RETURNED':
      return 'returned';
    case 'FAILED':
      return payment.direction === 'DEPOSIT' ? standingOfUnpaid(payment) : payment.code === null ? 'not-sent' : 'came-back';
  }
}

function standingOfOpen({ code, url, decline, instructions }: Payment): Standing {
  if (instructions !== null) return 'transfer';
  if (url !== null) return decline === null ? 'pay' : 'retry';
  return code === 'PENDING' ? 'doubt' : 'confirming';
}

function standingOfUnpaid({ code, decline }: Payment): Standing {
  if (code === 'METHOD_UNAVAILABLE') return 'unavailable';
  return decline === null ? 'unpaid' : 'declined';
}

export type Tone = 'good' | 'waiting' | 'bad';

/** Whether a payment went well, is still on its way, or ended in another way. */
export function toneOf(standing: Standing): Tone {
  if (standing === 'arrived' || standing === 'paid-out') return 'good';
  return UNFINISHED.has(standing) ? 'waiting' : 'bad';
}

const UNFINISHED: ReadonlySet<Standing> = new Set(['pay', 'transfer', 'confirming', 'doubt', 'review', 'sending']);
/** The customer could ask for the same once more by mistake, so that it is asked for under the same key. */
const UNDECIDED: ReadonlySet<Standing> = new Set(['pay', 'retry', 'transfer', 'doubt']);
/** How payments ended whose money is or goes elsewhere than the customer meant. */
const CAME_BACK: ReadonlySet<Standing> = new Set(['returned', 'not-sent', 'came-back']);

export function isUndecided(payment: Payment): boolean {
  return UNDECIDED.has(standingOf(payment));
}

/** What a request asks for. */
interface Wanted {
  readonly direction: Direction;
  readonly amountMinor: number;
  readonly currency: string;
}

/** What is listed apart from the history: the newest payment, those on their way, and those that came back. */
export function listed(payments: readonly Payment[], unanswered: readonly Wanted[] = []): readonly Payment[] {
  // Until a request has an answer, the form alone says how it stands.
  const told = payments.filter((payment) => standingOf(payment) !== 'doubt' || !unanswered.some((request) => isOf(request, payment)));
  return told.filter((payment, index) => {
    const standing = standingOf(payment);
    return index === 0 || standing === 'retry' || UNFINISHED.has(standing) || CAME_BACK.has(standing);
  });
}

function isOf({ direction, amountMinor, currency }: Wanted, { amount, ...payment }: Payment): boolean {
  return payment.direction === direction && amount.minor === amountMinor && amount.currency === currency;
}

const PERMILLE = 1000;

/** The fee is a part of the amount, in minor units, rounded down as the server does. */
export function feeOf({ fee, feePermille }: Method, minor: number): number {
  return (fee?.minor ?? 0) + Math.floor((minor * feePermille) / PERMILLE);
}

/** The greatest amount of a method now, in minor units. */
export function mostOf({ direction, maximum }: Method, wallet: Pick<Wallet, 'balance' | 'withdrawable'>): number {
  return direction === 'DEPOSIT' ? maximum.minor : Math.min(maximum.minor, (wallet.withdrawable ?? wallet.balance).minor);
}

/** What the deposit limits leave. */
export interface Room {
  readonly minor: number;
  /** When there is more again; null if the graph does not say. */
  readonly until: string | null;
}

/** What the deposit limits leave together; null if there are none. */
export function roomOf(limits: readonly Limit[], currency: string, now: number): Room | null {
  const rooms = DEPOSIT_LIMITS.flatMap((kind): Room[] => {
    const limit = limitOfKind(limits, kind);
    const value = valueOf(limit);
    if (limit === undefined || value === null || limit.amount?.currency !== currency) return [];
    const hasEnded = limit.until !== null && Date.parse(limit.until) <= now;
    return [{ minor: Math.max(0, value - (hasEnded ? 0 : (usedOf(limit) ?? 0))), until: hasEnded ? null : limit.until }];
  });
  return rooms.reduce<Room | null>((least, room) => (least === null || room.minor < least.minor ? room : least), null);
}

/** Why an amount that can be read cannot be asked for. */
export type Outside = 'below' | 'above' | 'others-first' | 'paid-in' | 'not-there' | 'over-limit';

const ABOVE: Readonly<Record<Method['maximumReason'], Outside>> = { METHOD: 'above', PAID_IN: 'paid-in', OTHER_METHODS: 'others-first' };

export type ReadPayment = ReadAmount | { readonly kind: 'outside'; readonly why: Outside };

/** Reads what was typed for a payment, within what the method takes, the wallet has, and limits leave. */
export function readPayment(typed: string, method: Method, wallet: Wallet, room: Room | null, tag: string): ReadPayment {
  const read = readAmount(typed, method.minimum.currency, tag);
  if (read.kind !== 'amount') return read;
  if (read.minor < method.minimum.minor) return { kind: 'outside', why: 'below' };
  if (read.minor > method.maximum.minor) return { kind: 'outside', why: ABOVE[method.maximumReason] };
  if (read.minor > mostOf(method, wallet)) return { kind: 'outside', why: 'not-there' };
  if (method.direction === 'DEPOSIT' && room !== null && read.minor > room.minor) return { kind: 'outside', why: 'over-limit' };
  return read;
}

/** Whether a person looks at a withdrawal first: always, at this amount, or perhaps; null if nobody ever does. */
export type Review = 'every' | 'this' | 'maybe';

export function reviewOf({ reviewedAbove }: Method, minor: number | null): Review | null {
  if (reviewedAbove === null) return null;
  if (reviewedAbove.minor === 0) return 'every';
  return minor !== null && minor > reviewedAbove.minor ? 'this' : 'maybe';
}

/** An amount in the currency of a method. */
export function moneyOf(method: Method, minor: number): Money {
  return { minor, currency: method.minimum.currency };
}

/** Whether an address can be gone to: a page, and nothing that runs here. */
export function isPage(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}
