/** Idempotency keys: one for each thing the customer does, however often it has to be sent. */

export interface Keys {
  /** The key of this intention: a new one, or the one it was last sent with if that is unsettled. */
  keyFor(intention: string): string;
  /** The intention has its outcome: doing the same again is a new action. */
  settle(intention: string): void;
}

export function idempotencyKeys(fresh: () => string): Keys {
  const unsettled = new Map<string, string>();
  return {
    keyFor(intention) {
      const key = unsettled.get(intention) ?? fresh();
      unsettled.set(intention, key);
      return key;
    },
    settle(intention) {
      unsettled.delete(intention);
    },
  };
}
