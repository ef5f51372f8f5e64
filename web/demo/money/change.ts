/** What a customer may change of limits and breaks, each sent until its outcome is known. */
import { type Answer, type Keys, type Sender, Unreached } from '@furlong/client';

import {
  AcknowledgePrompt,
  DeclineLimit,
  type LimitedFragment,
  type LimitKind,
  type LimitPrompt,
  type PlatformErrorCode,
  type Product,
  SelfExclude,
  SetLimit,
  TakeBreak,
} from '../generated/operations';
import type { Wallet } from './wallet';

export type ErrorCode = PlatformErrorCode;
export type SettableKind = Exclude<LimitKind, 'BREAK' | 'EXCLUSION'>;

export type MoneyChange =
  | {
      readonly kind: 'set-limit';
      readonly brand: string;
      readonly limit: SettableKind;
      /** Minor units, or minutes for sessions; null to remove the limit. */
      readonly amount: number | null;
      readonly currency: string;
      /** Whether it confirms a raise: then it is not the request that asked for the raise. */
      readonly confirms: boolean;
    }
  | { readonly kind: 'break'; readonly brand: string; readonly until: string; readonly product: Product | null }
  | { readonly kind: 'exclude'; readonly brand: string; readonly months: number }
  | { readonly kind: 'decline'; readonly brand: string }
  | { readonly kind: 'acknowledge'; readonly brand: string; readonly prompt: LimitPrompt };

/** What holds after a change. */
export type After = Pick<Wallet, 'limits' | 'prompts'>;

export type MoneyOutcome =
  | { readonly kind: 'done'; readonly after: After }
  /** Nothing was changed; without a session of the brand, nothing is known either. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly after: After | null }
  /** Sending the same change again is safe, because it carries the same key. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signed-out' };

/** Pauses before the second and the third try. */
export const RETRY_AFTER_MS = [300, 1_000] as const;
/** The time limit of one try. */
export const TRY_MS = 8_000;

/** Refusals of who asks, not of what. */
const NOBODYS: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);
const UNSETTLED: ReadonlySet<ErrorCode> = new Set(['WALLET_PENDING']);

/** Sends a change, repeats it with the same key if there is no answer, and returns the outcome. */
export async function sendMoneyChange(change: MoneyChange, sender: Sender): Promise<MoneyOutcome> {
  const intention = JSON.stringify(change);
  const key = sender.keys.keyFor(intention);
  for (const pause of [...RETRY_AFTER_MS, null]) {
    try {
      const payload = await tryOnce(change, key, sender);
      if (payload !== null) return settled(payload, intention, sender.keys);
    } catch (error) {
      if (!(error instanceof Unreached)) throw error;
      if (error.status === 401) return { kind: 'signed-out' };
      if (!error.passing) break;
    }
    if (pause !== null) await sender.sleep(pause);
  }
  return { kind: 'unknown' };
}

function settled({ limits, prompts, errors }: LimitedFragment, intention: string, keys: Keys): MoneyOutcome {
  const [error] = errors;
  if (error !== undefined && UNSETTLED.has(error.code)) return { kind: 'unknown' };
  keys.settle(intention);
  if (error === undefined) return { kind: 'done', after: { limits, prompts } };
  return { kind: 'refused', code: error.code, after: NOBODYS.has(error.code) ? null : { limits, prompts } };
}

/** Null if the response has errors instead of a payload. */
async function tryOnce(change: MoneyChange, idempotencyKey: string, { ask, token }: Sender): Promise<LimitedFragment | null> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Unreached('gave up waiting', 0)), TRY_MS);
  const options = { token, signal: timeout.signal };
  const { brand } = change;
  const base = { brand, idempotencyKey };
  try {
    switch (change.kind) {
      case 'set-limit':
        return payloadOf(await ask(SetLimit, { input: { ...base, ...limitOf(change) } }, options), 'setLimit');
      case 'break': {
        const { until, product } = change;
        return payloadOf(await ask(TakeBreak, { input: { ...base, until, product } }, options), 'takeBreak');
      }
      case 'exclude':
        return payloadOf(await ask(SelfExclude, { input: { ...base, months: change.months } }, options), 'selfExclude');
      case 'decline':
        return payloadOf(await ask(DeclineLimit, { input: base }, options), 'declineLimit');
      case 'acknowledge':
        return payloadOf(await ask(AcknowledgePrompt, { input: { ...base, prompt: change.prompt } }, options), 'acknowledgePrompt');
    }
  } finally {
    clearTimeout(timer);
  }
}

function payloadOf<Field extends string>({ data }: Answer<Readonly<Record<Field, LimitedFragment>>>, field: Field): LimitedFragment | null {
  return data?.[field] ?? null;
}

function limitOf({ limit, amount, currency }: Extract<MoneyChange, { kind: 'set-limit' }>) {
  const isMinutes = limit === 'SESSION_MINUTES';
  return { kind: limit, currency, amountMinor: isMinutes ? null : amount, minutes: isMinutes ? amount : null };
}
