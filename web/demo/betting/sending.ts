/** Asks for a bet, again under the same key while there is no answer. */
import { type Answer, type Ask, Unreached } from '@furlong/client';

import { PlaceBet, type PlaceBetMutation } from '../generated/operations';
import { type ErrorCode, RETRY_AFTER_MS, TRY_MS } from '../money/change';
import { type Asked, type Bet, inputOf } from './request';

type Payload = PlaceBetMutation['placeBet'];
export type Changed = Payload['changed'];
/** `INVALID`: the graph does not take the input. */
export type RefusedCode = ErrorCode | 'INVALID';

export interface Refusal {
  readonly code: RefusedCode;
  /** Of PRICE_CHANGED: how the selections stand now. */
  readonly changed: Changed;
}

export type BetOutcome =
  /** There is a bet; it may still be PENDING, but it is not REFUSED. */
  | { readonly kind: 'bet'; readonly bet: Bet }
  /** There is none, and will be none for this key. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Nobody said what became of it: asking again under the same key is safe. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signed-out' }
  /** This graph takes no bets. */
  | { readonly kind: 'nowhere' };

export interface BetSender {
  readonly ask: Ask;
  readonly token: string | null;
  readonly brand: string;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const BAD_INPUT = 'BAD_USER_INPUT';
const NO_SUCH_FIELD = 'GRAPHQL_VALIDATION_FAILED';
/** Nothing says yet what becomes of it. */
const UNSETTLED: ReadonlySet<ErrorCode> = new Set(['WALLET_PENDING', 'PENDING']);
const NOBODYS: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);
const INVALID: BetOutcome = { kind: 'refused', refusal: { code: 'INVALID', changed: [] } };

export async function sendBet(asked: Asked, { ask, token, brand, sleep }: BetSender): Promise<BetOutcome> {
  const input = inputOf(asked, brand);
  for (const pause of [...RETRY_AFTER_MS, null]) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Unreached('gave up waiting', 0)), TRY_MS);
    try {
      const outcome = outcomeOf(await ask(PlaceBet, { input }, { token, signal: late.signal }));
      if (outcome !== null) return outcome;
    } catch (error) {
      if (!(error instanceof Unreached)) throw error;
      if (!error.passing) return outcomeOfRefusal(error);
    } finally {
      clearTimeout(timer);
    }
    if (pause !== null) await sleep(pause);
  }
  return { kind: 'unknown' };
}

/** Of a request that the server did not execute. */
function outcomeOfRefusal({ status, code }: Unreached): BetOutcome {
  if (status === 401) return { kind: 'signed-out' };
  if (code === NO_SUCH_FIELD) return { kind: 'nowhere' };
  return code === BAD_INPUT ? INVALID : { kind: 'unknown' };
}

/** Null if the response has errors instead of a payload. */
function outcomeOf({ data, faults }: Answer<PlaceBetMutation>): BetOutcome | null {
  if (data !== null) return outcomeOfPayload(data.placeBet);
  return faults.some(({ extensions }) => extensions?.code === BAD_INPUT) ? INVALID : null;
}

function outcomeOfPayload({ bet, changed, errors: [error] }: Payload): BetOutcome {
  if (bet !== null && bet.status !== 'REFUSED') return { kind: 'bet', bet };
  if (error === undefined) return bet === null ? { kind: 'unknown' } : { kind: 'refused', refusal: { code: 'DECLINED', changed } };
  if (UNSETTLED.has(error.code)) return { kind: 'unknown' };
  return NOBODYS.has(error.code) ? { kind: 'signed-out' } : { kind: 'refused', refusal: { code: error.code, changed } };
}
