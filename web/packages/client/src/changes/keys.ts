/** Idempotency keys: one per action of the customer, across retries and reloads of the page. */

export interface Keys {
  /** The key of this action: a new one, or the last one if its outcome is unknown. */
  keyFor(intention: string): string;
  /** Forgets an action whose outcome is known; doing the same again is a new action. */
  settle(intention: string): void;
  /** The actions whose outcome is unknown, oldest first. */
  unsettled(): readonly string[];
}

/** The part of a browser's `Storage` that keeps keys. */
export type KeyStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Older actions are not resumed, because the customer has seen the club's state since. */
export const KEPT_MS = 15 * 60_000;

interface Kept {
  readonly key: string;
  readonly since: number;
}

/** Returns a new key. It does not use `crypto.randomUUID`, which pages have only over HTTPS. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Returns the keys of one customer.
 *
 * @param fresh generates a new key
 * @param storage outlives a reload; null to keep keys only in memory
 * @param name the storage entry's name, with customer and brand, so that no customer resumes another's action
 * @param now returns milliseconds on a clock that continues across reloads
 */
export function idempotencyKeys(
  fresh: () => string,
  storage: KeyStorage | null = null,
  name = '',
  now: () => number = () => 0,
): Keys {
  const kept = new Map(Object.entries(stored(storage, name)).filter(([, { since }]) => isRecent(since, now())));

  function save(): void {
    try {
      if (kept.size === 0) storage?.removeItem(name);
      else storage?.setItem(name, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // The storage is full or forbidden, so the keys last as long as the page.
    }
  }

  return {
    keyFor(intention) {
      const known = kept.get(intention);
      if (known !== undefined) return known.key;
      const key = fresh();
      kept.set(intention, { key, since: now() });
      save();
      return key;
    },
    settle(intention) {
      kept.delete(intention);
      save();
    },
    unsettled: () => [...kept.keys()],
  };
}

/** The keys of a customer's changes; without a customer, or where the browser forbids storage, only in memory. */
export function keysOfCustomer(brand: string, customer: string | null): Keys {
  return idempotencyKeys(freshKey, storageOf(customer), `furlong:changes:${brand}:${customer ?? ''}`, () => Date.now());
}

function storageOf(customer: string | null): KeyStorage | null {
  try {
    return customer === null ? null : sessionStorage;
  } catch {
    return null;
  }
}

function isRecent(since: number, now: number): boolean {
  return since <= now && now - since <= KEPT_MS;
}

/** The valid entries of a storage. */
function stored(storage: KeyStorage | null, name: string): Record<string, Kept> {
  try {
    const found: unknown = JSON.parse(storage?.getItem(name) ?? '{}');
    if (typeof found !== 'object' || found === null) return {};
    return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, Kept] => isKept(entry[1])));
  } catch {
    // The storage is forbidden, or its entry was not written by this module.
    return {};
  }
}

function isKept(value: unknown): value is Kept {
  return (
    typeof value === 'object' &&
    value !== null &&
    'key' in value &&
    typeof value.key === 'string' &&
    'since' in value &&
    typeof value.since === 'number'
  );
}
