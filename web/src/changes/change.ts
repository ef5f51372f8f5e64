/** The three changes a customer can make, each sent until its outcome is known. */
import { Unreached, type Ask } from '../graphql/ask';
import { CHANGE_REWARD, OPT_IN, OPT_OUT } from '../graphql/operations';
import type { ClubPayload } from '../graphql/types';
import type { Keys } from './keys';

export type Change =
  | { readonly kind: 'opt-in'; readonly brand: string; readonly termsVersion: string }
  | { readonly kind: 'opt-out'; readonly brand: string }
  | {
      readonly kind: 'change-reward';
      readonly brand: string;
      readonly optionId: string;
      readonly expectedVersion: number;
    };

export type Outcome =
  | { readonly kind: 'answered'; readonly payload: ClubPayload }
  /** The outcome is unknown. Sending the change again is safe, because it carries the same key. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signed-out' };

/** Pauses before the second and the third try. */
export const RETRY_AFTER_MS = [300, 1_000] as const;
/** Time limit of one try: more than a read's, because the gateway waits for the upstream squad. */
export const TRY_MS = 8_000;

export interface Sender {
  readonly ask: Ask;
  readonly token: string | null;
  readonly keys: Keys;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Sends a change, repeats it with the same key if there is no answer, and returns the outcome. */
export async function sendChange(change: Change, sender: Sender): Promise<Outcome> {
  const intention = JSON.stringify(change);
  const key = sender.keys.keyFor(intention);
  for (const pause of [...RETRY_AFTER_MS, null]) {
    try {
      const payload = await tryOnce(change, key, sender);
      if (payload !== null) {
        if (isSettled(payload)) sender.keys.settle(intention);
        return { kind: 'answered', payload };
      }
    } catch (error) {
      if (!(error instanceof Unreached)) throw error;
      if (error.status === 401) return { kind: 'signed-out' };
      if (!error.passing) break;
    }
    if (pause !== null) await sender.sleep(pause);
  }
  return { kind: 'unknown' };
}

/** Null if the response has errors instead of a payload. */
async function tryOnce(change: Change, key: string, sender: Sender): Promise<ClubPayload | null> {
  const { ask, token } = sender;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Unreached('gave up waiting', 0)), TRY_MS);
  const options = { token, signal: timeout.signal };
  try {
    switch (change.kind) {
      case 'opt-in': {
        const { brand, termsVersion } = change;
        const input = { brand, termsVersion, idempotencyKey: key };
        return (await ask(OPT_IN, { input }, options)).data?.optIn ?? null;
      }
      case 'opt-out': {
        const input = { brand: change.brand, idempotencyKey: key };
        return (await ask(OPT_OUT, { input }, options)).data?.optOut ?? null;
      }
      case 'change-reward': {
        const { brand, optionId, expectedVersion } = change;
        const input = { brand, optionId, expectedVersion, idempotencyKey: key };
        return (await ask(CHANGE_REWARD, { input }, options)).data?.changeReward ?? null;
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

/** A pending change keeps its key, so that a repeated request finds the same intent. */
function isSettled(payload: ClubPayload): boolean {
  return !payload.errors.some(({ code }) => code === 'UPSTREAM_PENDING');
}
