/** A wallet as the graph answers it. */
import type { Limit, Wallet } from '../demo/money/wallet';

export const pounds = (minor: number) => ({ minor, currency: 'GBP' });

export function limit(kind: Limit['kind'], facts: Partial<Limit> = {}): Limit {
  return {
    kind,
    amount: null,
    used: null,
    minutes: null,
    usedMinutes: null,
    pending: null,
    pendingMinutes: null,
    pendingFrom: null,
    pendingUntil: null,
    until: null,
    product: null,
    ...facts,
  };
}

export function wallet(minor: number, facts: Partial<Wallet> = {}): Wallet {
  return { id: 'northbet:c', balance: pounds(minor), withdrawable: pounds(minor), bonus: pounds(0), credits: [], limits: [], prompts: [], payments: [], canAddBankAccount: false, ...facts };
}
