/** Asks for deposits, withdrawals and bank accounts, each until its answer is known. */
import { type Answer, type Ask, Unreached } from '@furlong/client';

import { AddBankAccount, type AddBankAccountMutation, Deposit, type PaidFragment, RemoveBankAccount, type RemoveBankAccountMutation, Withdraw } from '../../generated/operations';
import { type ErrorCode, RETRY_AFTER_MS, TRY_MS } from '../change';
import type { Asked } from './asked';
import type { Method, Payment } from './payments';

export interface PaymentSender {
  readonly ask: Ask;
  readonly token: string | null;
  readonly brand: string;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Nobody said what became of it: asking again under the same key is safe. */
interface Unknown {
  readonly kind: 'unknown';
}
interface SignedOut {
  readonly kind: 'signed-out';
}

/** `INVALID`: the graph does not take the input. */
export type RefusedCode = ErrorCode | 'INVALID';

export type PaymentOutcome =
  /** The payment as it stands now, which may be refused, or in doubt. */
  | { readonly kind: 'answered'; readonly payment: Payment }
  /** There is no payment. */
  | { readonly kind: 'refused'; readonly code: RefusedCode }
  | Unknown
  | SignedOut;

export type AccountOutcome =
  | { readonly kind: 'added'; readonly methods: readonly Method[] }
  | { readonly kind: 'refused'; readonly code: RefusedCode }
  | Unknown
  | SignedOut;

export type AccountRefused = Exclude<AccountOutcome, { kind: 'added' }>;

const BAD_INPUT = 'BAD_USER_INPUT';
/** Nothing says what became of an earlier try of the same request. */
const UNSETTLED: ReadonlySet<ErrorCode> = new Set(['WALLET_PENDING', 'PENDING']);
const NOBODYS: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);

/** Asks for a payment, again under the same key while there is no answer. */
export async function sendPayment({ key, direction, methodId, amountMinor, currency }: Asked, sender: PaymentSender): Promise<PaymentOutcome> {
  const input = { brand: sender.brand, methodId, amountMinor, currency, idempotencyKey: key };
  const answer = await untilAnswered<PaidFragment>(sender, async (options) =>
    direction === 'DEPOSIT'
      ? fieldOf(await sender.ask(Deposit, { input }, options), 'deposit')
      : fieldOf(await sender.ask(Withdraw, { input }, options), 'withdraw'),
  );
  return answer.kind === 'payload' ? paidBy(answer.payload) : answer;
}

function paidBy({ payment, errors: [error] }: PaidFragment): PaymentOutcome {
  if (payment !== null) return { kind: 'answered', payment };
  if (error === undefined || UNSETTLED.has(error.code)) return { kind: 'unknown' };
  return NOBODYS.has(error.code) ? { kind: 'signed-out' } : { kind: 'refused', code: error.code };
}

/** Adds a bank account. The server knows one by its number, and so adds none twice. */
export async function sendAccount(holder: string, iban: string, idempotencyKey: string, sender: PaymentSender): Promise<AccountOutcome> {
  const input = { brand: sender.brand, holder, iban, idempotencyKey };
  const answer = await untilAnswered<AddBankAccountMutation['addBankAccount']>(sender, async (options) =>
    fieldOf(await sender.ask(AddBankAccount, { input }, options), 'addBankAccount'),
  );
  return answer.kind === 'payload' ? changedBy(answer.payload) : answer;
}

/** Removes the bank account of a way to withdraw; to remove it again changes nothing. */
export async function sendRemoval(methodId: string, idempotencyKey: string, sender: PaymentSender): Promise<AccountOutcome> {
  const input = { brand: sender.brand, methodId, idempotencyKey };
  const answer = await untilAnswered<RemoveBankAccountMutation['removeBankAccount']>(sender, async (options) =>
    fieldOf(await sender.ask(RemoveBankAccount, { input }, options), 'removeBankAccount'),
  );
  return answer.kind === 'payload' ? changedBy(answer.payload) : answer;
}

function changedBy({ methods, errors: [error] }: AddBankAccountMutation['addBankAccount']): AccountOutcome {
  if (error === undefined) return { kind: 'added', methods };
  return NOBODYS.has(error.code) ? { kind: 'signed-out' } : { kind: 'refused', code: error.code };
}

type Options = Parameters<Ask>[2];
/** Null if the response has errors instead of a payload. */
type Field<Payload> = Payload | 'invalid' | null;
type Answered<Payload> = { readonly kind: 'payload'; readonly payload: Payload } | { readonly kind: 'refused'; readonly code: 'INVALID' } | Unknown | SignedOut;

async function untilAnswered<Payload extends object>(
  { token, sleep }: PaymentSender,
  once: (options: Options) => Promise<Field<Payload>>,
): Promise<Answered<Payload>> {
  for (const pause of [...RETRY_AFTER_MS, null]) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Unreached('gave up waiting', 0)), TRY_MS);
    try {
      const payload = await once({ token, signal: late.signal });
      if (payload === 'invalid') return { kind: 'refused', code: 'INVALID' };
      if (payload !== null) return { kind: 'payload', payload };
    } catch (error) {
      if (!(error instanceof Unreached)) throw error;
      if (error.status === 401) return { kind: 'signed-out' };
      if (error.code === BAD_INPUT) return { kind: 'refused', code: 'INVALID' };
      if (!error.passing) break;
    } finally {
      clearTimeout(timer);
    }
    if (pause !== null) await sleep(pause);
  }
  return { kind: 'unknown' };
}

function fieldOf<Name extends string, Payload>({ data, faults }: Answer<Readonly<Record<Name, Payload>>>, field: Name): Field<Payload> {
  const payload = data?.[field] ?? null;
  return payload === null && faults.some(({ extensions }) => extensions?.code === BAD_INPUT) ? 'invalid' : payload;
}
