/** The three changes a customer can make, each sent until its outcome is known. */
import { Unreached, type Ask } from '../transport/ask.ts';
import { CHANGE_REWARD, OPT_IN, OPT_OUT } from '../operations/documents.ts';
import type { ClubError, ClubPayload } from '../operations/types.ts';
import { intentionOf, readChange, type Change } from './intention.ts';
import type { Keys } from './keys.ts';

export type Outcome =
  | { readonly kind: 'done'; readonly payload: ClubPayload }
  /** Not confirmed yet: the club's data says so too, and shows the outcome later. */
  | { readonly kind: 'pending'; readonly payload: ClubPayload }
  /** Nothing was changed, because of `errors`. */
  | { readonly kind: 'refused'; readonly payload: ClubPayload; readonly errors: readonly ClubError[] }
  /** The outcome is unknown. Sending the change again is safe, because it carries the same key. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signed-out' };

/** Pauses before the second and the third try. */
export const RETRY_AFTER_MS = [300, 1_000] as const;
/** The time limit of one try, longer than a read's because the gateway waits for the upstream. */
export const TRY_MS = 8_000;

export interface Sender {
  readonly ask: Ask;
  readonly token: string | null;
  readonly keys: Keys;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Sends a change, repeats it with the same key if there is no answer, and returns the outcome. */
export async function sendChange(change: Change, sender: Sender): Promise<Outcome> {
  const intention = intentionOf(change);
  const key = sender.keys.keyFor(intention);
  for (const pause of [...RETRY_AFTER_MS, null]) {
    try {
      const payload = await tryOnce(change, key, sender);
      if (payload !== null) {
        if (isSettled(payload)) sender.keys.settle(intention);
        return outcomeOf(payload);
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
  return !payload.errors.some(isPending);
}

function outcomeOf(payload: ClubPayload): Outcome {
  const errors = payload.errors.filter((error) => !isPending(error));
  if (errors.length > 0) return { kind: 'refused', payload, errors };
  return { kind: isSettled(payload) ? 'done' : 'pending', payload };
}

function isPending({ code }: ClubError): boolean {
  return code === 'UPSTREAM_PENDING';
}

/** The changes of a brand that were begun before a reload, oldest first, and whose outcome is unknown. */
export function unfinishedChanges(keys: Keys, brand: string): readonly Change[] {
  return keys
    .unsettled()
    .map(readChange)
    .filter((change) => change !== null)
    .filter((change) => change.brand === brand);
}
