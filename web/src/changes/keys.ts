/** Idempotency keys: one per action of the customer, however often it has to be sent. */

export interface Keys {
  /** The key of this action: a new one, or the last one if its outcome is unknown. */
  keyFor(intention: string): string;
  /** The outcome of the action is known: doing the same again is a new action. */
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
