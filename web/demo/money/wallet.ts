/** A customer's wallet as the graph answers it, and how the page stands with it. */
import type { Answer } from '@furlong/client';

import type { LimitFragment, MoneyQuery, PaymentFragment, WalletFragment } from '../generated/operations';

export type Wallet = WalletFragment;
export type Limit = LimitFragment;
export type Money = Wallet['balance'];

/**
 * How the page stands with the wallet: `stale` if it is known and cannot be read again now, `none` if this brand's
 * customers have no wallet here.
 */
export type Standing = 'unknown' | 'present' | 'stale' | 'unreached' | 'none' | 'signed-out';

export interface MoneyState {
  /** Whose it is: the brand and the customer. */
  readonly about: string;
  readonly standing: Standing;
  readonly wallet: Wallet | null;
  /** When the wallet was read, on the page's clock of durations (`performance.now`). */
  readonly readAt: number;
}

export type MoneyEvent =
  | { readonly type: 'read'; readonly wallet: Wallet | null; readonly at: number }
  | { readonly type: 'failed'; readonly isSignedOut: boolean }
  /** What holds after a change of the customer's. */
  | { readonly type: 'limited'; readonly after: Pick<Wallet, 'limits' | 'prompts'>; readonly at: number }
  /** A payment as it was just answered. */
  | { readonly type: 'paid'; readonly payment: PaymentFragment };

/** An event of somebody's wallet. */
export type EventAbout = MoneyEvent & { readonly about: string };

export function moneyAtStart(about: string): MoneyState {
  return { about, standing: 'unknown', wallet: null, readAt: 0 };
}

/** The state after an event; nothing of one customer is kept for another. */
export function reduceMoney(known: MoneyState, event: EventAbout): MoneyState {
  const state = known.about === event.about ? known : moneyAtStart(event.about);
  switch (event.type) {
    case 'read':
      return { ...state, standing: event.wallet === null ? 'none' : 'present', wallet: event.wallet, readAt: event.at };
    case 'failed':
      if (event.isSignedOut) return { ...state, standing: 'signed-out', wallet: null };
      return { ...state, standing: state.wallet === null ? 'unreached' : 'stale' };
    case 'limited':
      return state.wallet === null ? state : { ...state, wallet: { ...state.wallet, ...event.after }, readAt: event.at };
    case 'paid':
      return state.wallet === null ? state : { ...state, wallet: { ...state.wallet, payments: withPayment(state.wallet.payments, event.payment) } };
  }
}

/** The payments with one that was just answered, as it stands now. */
export function withPayment(payments: Wallet['payments'], paid: PaymentFragment): Wallet['payments'] {
  return payments.some(({ id }) => id === paid.id)
    ? payments.map((payment) => (payment.id === paid.id ? paid : payment))
    : [paid, ...payments];
}

/** What an answer says: without a wallet and with a fault, it could not be read. */
export function eventOf({ data, faults }: Answer<MoneyQuery>, at: number): MoneyEvent {
  const wallet = data?.wallet ?? null;
  if (wallet === null && (data === null || faults.length > 0)) return { type: 'failed', isSignedOut: false };
  return { type: 'read', wallet, at };
}

/** Whether the operator's own wallet has the money: then it says no more than the balance, and is changed there. */
export function isElsewhere({ withdrawable }: Wallet): boolean {
  return withdrawable === null;
}

export function isSame(one: Money, other: Money): boolean {
  return one.minor === other.minor && one.currency === other.currency;
}
