/** Idempotency keys, and what is left of them after a reload. */
import { describe, expect, it, vi } from 'vitest';

import { intentionOf, readChange } from '../packages/client/src/changes/intention';
import { freshKey, idempotencyKeys, KEPT_MS, type KeyStorage } from '../packages/client/src/changes/keys';
import type { Change } from '../packages/client/src/changes/intention';

const NAME = 'furlong:changes:northbet:c-1';

function memory(given: Record<string, string> = {}): KeyStorage & { readonly entries: Map<string, string> } {
  const entries = new Map(Object.entries(given));
  return {
    entries,
    getItem: (name) => entries.get(name) ?? null,
    setItem: (name, value) => void entries.set(name, value),
    removeItem: (name) => void entries.delete(name),
  };
}

function counting(): () => string {
  let last = 0;
  return () => `key-${(last += 1)}`;
}

describe('keys', () => {
  it('of an unsettled action are the same after a reload', () => {
    const storage = memory();
    const key = idempotencyKeys(counting(), storage, NAME).keyFor('leave');
    const reloaded = idempotencyKeys(() => 'another', storage, NAME);
    expect(reloaded.unsettled()).toEqual(['leave']);
    expect(reloaded.keyFor('leave')).toBe(key);
  });

  it('of a settled action are gone, and nothing of it is stored', () => {
    const storage = memory();
    const keys = idempotencyKeys(counting(), storage, NAME);
    keys.keyFor('leave');
    keys.settle('leave');
    expect(keys.unsettled()).toEqual([]);
    expect(storage.entries.size).toBe(0);
    expect(keys.keyFor('leave')).toBe('key-2');
  });

  it('of one customer are never those of another', () => {
    const storage = memory();
    idempotencyKeys(counting(), storage, NAME).keyFor('leave');
    expect(idempotencyKeys(counting(), storage, 'furlong:changes:northbet:c-2').unsettled()).toEqual([]);
  });

  it('of an action from long ago, or from the future, are forgotten', () => {
    const storage = memory();
    idempotencyKeys(counting(), storage, NAME, () => 1_000_000).keyFor('leave');
    const at = (now: number) => idempotencyKeys(counting(), storage, NAME, () => now).unsettled().length;
    expect([at(1_000_000 + KEPT_MS), at(1_000_001 + KEPT_MS), at(999_999)]).toEqual([1, 0, 0]);
  });

  it.each(['', 'null', '[]', '{"leave":1}', '{"leave":{"key":1,"since":0}}', '{"leave":{"key":"k"}}', '"text"'])(
    'are not read from %j',
    (text) => {
      expect(idempotencyKeys(counting(), memory({ [NAME]: text }), NAME).unsettled()).toEqual([]);
    },
  );

  it('work where the browser forbids storage', () => {
    const forbid = () => {
      throw new Error('forbidden');
    };
    const keys = idempotencyKeys(counting(), { getItem: forbid, setItem: forbid, removeItem: forbid }, NAME);
    expect([keys.keyFor('leave'), keys.keyFor('leave')]).toEqual(['key-1', 'key-1']);
    keys.settle('leave');
    expect(keys.unsettled()).toEqual([]);
  });
});

describe('an intention', () => {
  const changes: readonly Change[] = [
    { kind: 'opt-in', brand: 'b', termsVersion: '2' },
    { kind: 'opt-out', brand: 'b' },
    { kind: 'change-reward', brand: 'b', optionId: 'o', expectedVersion: 3 },
  ];
  it.each(changes)('of $kind is read as it was written', (change) => {
    expect(readChange(intentionOf(change))).toEqual(change);
  });

  it.each(['', 'null', '3', '{}', '{"kind":"opt-in","brand":"b"}', '{"kind":"pay","brand":"b"}', '{"kind":"opt-out"}'])(
    'is not %j',
    (text) => {
      expect(readChange(text)).toBeNull();
    },
  );
});

describe('freshKey', () => {
  it('makes a different key each time, also in a page without HTTPS', () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const keys = Array.from({ length: 100 }, freshKey);
    vi.unstubAllGlobals();
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/u);
  });
});
