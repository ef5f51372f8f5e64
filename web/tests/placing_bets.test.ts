/** Placing a bet of the graph: one for an intent, whatever is lost on the way, and its end however it is told. */
import { type Answer, type Ask, type KeyStorage, Unreached } from '@furlong/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { betBook, KEPT_MS } from '../demo/betting/book';
import { ASK_AGAIN, BY_ITSELF_MS, createPlacer, type Placing } from '../demo/betting/placer';
import type { Asked } from '../demo/betting/request';
import { secondsInWords, secondsOf } from '../demo/betting/secondsLeft';
import { type BetOutcome, sendBet } from '../demo/betting/sending';
import type { PlaceBetMutation } from '../demo/generated/operations';
import { mulberry } from './randomness';
import { answered, bet, request } from './placedBets';

const NOW = 1_700_000_000_000;
beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

function memory(): KeyStorage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return { kept, getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value), removeItem: (name) => void kept.delete(name) };
}

function copied({ kept }: ReturnType<typeof memory>): ReturnType<typeof memory> {
  const copy = memory();
  for (const [name, value] of kept) copy.setItem(name, value);
  return copy;
}

let keys = 0;
function book(storage: KeyStorage | null = null) {
  return betBook({ name: 'bets', storage, freshKey: () => `key-${(keys += 1)}`, now: Date.now });
}

describe('the book', () => {
  it('keeps one key for a bet until its end is known, and another for any other bet', () => {
    const kept = book();
    const { key } = kept.claim(request());
    expect(kept.claim(request()).key).toBe(key);
    const others = [request('b-0'), request('a-0', { stakeMinor: 600 }), request('a-0', { eachWay: true }), request('a-0', { acceptChanges: 'HIGHER' })];
    const moved = { ...request(), legs: request().legs.map((leg) => ({ ...leg, oddsMilli: 2600 })) };
    expect(new Set([key, ...[...others, moved].map((other) => kept.claim(other).key)]).size).toBe(6);
    kept.settle(key);
    expect(kept.claim(request()).key).not.toBe(key);
  });

  it('outlives a reload, with the bet that a request became, but not a quarter of an hour', () => {
    const storage = memory();
    const { key } = book(storage).claim(request());
    book(storage).answered(key, 'bet-1');
    expect(book(storage).open()).toMatchObject([{ key, betId: 'bet-1', request: { stakeMinor: 500 } }]);
    vi.setSystemTime(NOW + KEPT_MS + 1);
    expect(book(storage).open()).toEqual([]);
  });

  it('takes nothing that it has not written, and works without a storage', () => {
    const storage = memory();
    const asked = book(storage).claim(request());
    for (const stored of ['{', '{}', '[1, null, {}]', JSON.stringify([{ ...asked, request: { ...asked.request, legs: [{}] } }]), JSON.stringify([{ ...asked, key: 5 }])]) {
      storage.setItem('bets', stored);
      expect(book(storage).open()).toEqual([]);
    }
    const forbidden: KeyStorage = {
      getItem: () => {
        throw new Error('forbidden');
      },
      setItem: () => {
        throw new Error('forbidden');
      },
      removeItem: () => {
        throw new Error('forbidden');
      },
    };
    const alone = book(forbidden);
    expect(alone.claim(request()).key).toBe(alone.claim(request()).key);
  });
});

const ASKED: Asked = { key: 'k', request: request(), betId: null, at: NOW };

async function sent(...answers: (Answer<PlaceBetMutation> | Unreached)[]): Promise<{ outcome: BetOutcome; inputs: unknown[] }> {
  const inputs: unknown[] = [];
  const ask = ((_operation: unknown, variables: { input: unknown }) => {
    inputs.push(variables.input);
    const answer = answers[Math.min(inputs.length, answers.length) - 1];
    return answer instanceof Unreached ? Promise.reject(answer) : Promise.resolve(answer);
  }) as unknown as Ask;
  return { outcome: await sendBet(ASKED, { ask, token: 't', brand: 'northbet', sleep: () => Promise.resolve() }), inputs };
}

describe('sending', () => {
  it('sends what was seen, under the key, and repeats nothing that was answered', async () => {
    const { outcome, inputs } = await sent(answered(bet('bet-1')));
    expect(outcome).toEqual({ kind: 'bet', bet: bet('bet-1') });
    const legs = [{ selectionId: 'a-0', oddsMilli: 2500 }];
    expect(inputs).toEqual([{ brand: 'northbet', legs, stakeMinor: 500, eachWay: false, currency: 'GBP', acceptChanges: 'NONE', idempotencyKey: 'k' }]);
  });

  it('asks again under the same key while there is no answer', async () => {
    const lost = new Unreached('cut', 0);
    const { outcome, inputs } = await sent(lost, { data: null, faults: [{ message: 'not reached' }] }, answered(bet('bet-1', 'PENDING')));
    expect(outcome).toMatchObject({ kind: 'bet', bet: { status: 'PENDING' } });
    expect(new Set(inputs.map((input) => JSON.stringify(input))).size).toBe(1);
    expect(inputs.length).toBe(3);
    expect((await sent(lost)).outcome).toEqual({ kind: 'unknown' });
  });

  const changed = [{ id: 'a-0', status: 'OPEN', odds: { milli: 2200, display: '6/5' } }] as const;
  it.each([
    [answered(null, ['PRICE_CHANGED'], changed), { kind: 'refused', refusal: { code: 'PRICE_CHANGED', changed } }],
    [answered(bet('bet-1', 'REFUSED'), ['LIMIT_REACHED']), { kind: 'refused', refusal: { code: 'LIMIT_REACHED', changed: [] } }],
    [answered(bet('bet-1', 'REFUSED')), { kind: 'refused', refusal: { code: 'DECLINED', changed: [] } }],
    [answered(null, ['INSUFFICIENT_FUNDS']), { kind: 'refused', refusal: { code: 'INSUFFICIENT_FUNDS', changed: [] } }],
    [answered(null, ['WALLET_PENDING']), { kind: 'unknown' }],
    [answered(null, ['PENDING']), { kind: 'unknown' }],
    [answered(null), { kind: 'unknown' }],
    [answered(null, ['UNAUTHENTICATED']), { kind: 'signed-out' }],
    [new Unreached('refused', 401), { kind: 'signed-out' }],
    [new Unreached('refused', 400, null, null, 'GRAPHQL_VALIDATION_FAILED'), { kind: 'nowhere' }],
    [new Unreached('refused', 400, null, null, 'BAD_USER_INPUT'), { kind: 'refused', refusal: { code: 'INVALID', changed: [] } }],
    [{ data: null, faults: [{ message: '', extensions: { code: 'BAD_USER_INPUT' } }] }, { kind: 'refused', refusal: { code: 'INVALID', changed: [] } }],
  ])('takes %j for what it says', async (answer, outcome) => {
    expect((await sent(answer)).outcome).toEqual(outcome);
  });
});

/** A placer over a server that answers what a test wants. */
function placing(storage: KeyStorage | null = null, first: BetOutcome = { kind: 'unknown' }) {
  const server = { outcome: first, keys: [] as string[] };
  let shown: readonly Placing[] = [];
  const placer = createPlacer({
    send: (asked) => {
      server.keys.push(asked.key);
      return Promise.resolve(server.outcome);
    },
    book: book(storage),
    tell: (placings) => (shown = placings),
    now: Date.now,
    random: () => 0.5,
  });
  return { placer, server, states: () => shown.map(({ state }) => state), shown: () => shown };
}

describe('the placer', () => {
  const open = { kind: 'bet', bet: bet('bet-1') } as const;
  const pending = { kind: 'bet', bet: bet('bet-1', 'PENDING') } as const;
  const refused = { kind: 'refused', refusal: { code: 'INSUFFICIENT_FUNDS', changed: [] } } as const;

  it('makes one bet of two presses, and another of a press after it was placed', async () => {
    const { placer, server, states } = placing(null, open);
    const [one, other] = await Promise.all([placer.place(request()), placer.place(request())]);
    expect([one.placing, server.keys.length, states()]).toEqual([other.placing, 1, ['placed']]);
    await placer.place(request());
    expect(new Set(server.keys).size).toBe(2);
  });

  it('leaves a refusal to whoever has pressed, and forgets its key', async () => {
    const { placer, server, states } = placing(null, refused);
    await expect(placer.place(request())).resolves.toMatchObject({ outcome: refused });
    expect(states()).toEqual([]);
    await placer.place(request());
    expect(new Set(server.keys).size).toBe(2);
  });

  it('says that a bet is pending, and asks under its key until its end is known', async () => {
    const { placer, server, states } = placing(null, pending);
    await placer.place(request());
    expect(states()).toEqual(['pending']);
    await vi.advanceTimersByTimeAsync(3 * ASK_AGAIN.firstMs);
    expect(server.keys.length).toBeGreaterThan(1);
    server.outcome = open;
    await vi.advanceTimersByTimeAsync(ASK_AGAIN.mostMs);
    expect([states(), new Set(server.keys).size]).toEqual([['placed'], 1]);
    const asked = server.keys.length;
    await vi.advanceTimersByTimeAsync(10 * ASK_AGAIN.mostMs);
    expect(server.keys.length).toBe(asked);
  });

  it('counts the bet delay from when it was told of it, and no longer once the end is known', async () => {
    const { placer, server, shown } = placing(null, { kind: 'bet', bet: bet('bet-1', 'PENDING', { delayLeftMs: 4_000 }) });
    await placer.place(request());
    expect(shown()[0]?.delay).toEqual({ heardMs: NOW, untilMs: NOW + 4_000, ofMs: 4_000 });
    vi.setSystemTime(NOW + 2_500);
    server.outcome = { kind: 'bet', bet: bet('bet-1', 'PENDING', { delayLeftMs: 1_500 }) };
    placer.askAll();
    await vi.advanceTimersByTimeAsync(0);
    expect(shown()[0]?.delay).toEqual({ heardMs: NOW + 2_500, untilMs: NOW + 4_000, ofMs: 4_000 });
    server.outcome = { kind: 'unknown' };
    placer.askAll();
    await vi.advanceTimersByTimeAsync(0);
    expect(shown()[0]).toMatchObject({ state: 'pending', delay: { untilMs: NOW + 4_000 } });
    placer.heard(bet('bet-1', 'OPEN'));
    expect(shown()[0]).toMatchObject({ state: 'placed', delay: null });
  });

  it('has a bet delay end once, however often it hears that nothing of it is left', async () => {
    const { placer, server, shown } = placing(null, { kind: 'bet', bet: bet('bet-1', 'PENDING', { delayLeftMs: 4_000 }) });
    await placer.place(request());
    const delay = { heardMs: NOW, untilMs: NOW + 4_000, ofMs: 4_000 };
    server.outcome = { kind: 'bet', bet: bet('bet-1', 'PENDING', { delayLeftMs: 0 }) };
    for (const passedMs of [4_500, 8_000]) {
      vi.setSystemTime(NOW + passedMs);
      placer.askAll();
      await vi.advanceTimersByTimeAsync(0);
      expect(shown()[0]).toMatchObject({ state: 'pending', delay });
    }
    expect(server.keys.length).toBeGreaterThan(2);
    placer.heard(bet('bet-1', 'PENDING', { delayLeftMs: 0 }));
    expect(shown()[0]?.delay).toEqual(delay);
  });

  it.each([
    ['en-GB', '3s'],
    ['de', '3 Sek.'],
    ['it', '3s'],
    ['ar', '3 ث'],
  ])('writes the seconds that are left in %s as %s', (tag, text) => {
    expect([secondsOf(2_001), secondsOf(-1), secondsInWords(3, { tag })]).toEqual([3, 0, text]);
  });

  it('hears the end of a bet, and asks why it was refused', async () => {
    const { placer, server, states, shown } = placing(null, pending);
    await placer.place(request());
    placer.heard(bet('another', 'OPEN'));
    expect(states()).toEqual(['pending']);
    placer.heard(bet('bet-1', 'OPEN'));
    expect(states()).toEqual(['placed']);

    server.outcome = { kind: 'bet', bet: bet('bet-2', 'PENDING') };
    await placer.place(request('b-0'));
    server.outcome = refused;
    placer.heard(bet('bet-2', 'REFUSED'));
    await vi.advanceTimersByTimeAsync(0);
    expect(shown().map(({ state, refusal }) => [state, refusal?.code])).toEqual([['placed', undefined], ['refused', 'INSUFFICIENT_FUNDS']]);
    placer.forgetRefused();
    server.outcome = { kind: 'bet', bet: bet('bet-3') };
    await placer.place(request('c-0'));
    expect(shown().map(({ state }) => state)).toEqual(['placed', 'placed']);
  });

  it('does not take a bet for refused because a graph no longer takes the question', async () => {
    const { placer, server, states } = placing(null, pending);
    await placer.place(request());
    for (const outcome of [{ kind: 'nowhere' }, { kind: 'refused', refusal: { code: 'INVALID', changed: [] } }] as const) {
      server.outcome = outcome;
      placer.askAll();
      await vi.advanceTimersByTimeAsync(0);
      expect(states()).toEqual(['pending']);
    }
  });

  it('asks by itself for a while after a lost answer, and then on a press alone', async () => {
    const { placer, server, states } = placing();
    await placer.place(request());
    expect(states()).toEqual(['unknown']);
    await vi.advanceTimersByTimeAsync(BY_ITSELF_MS + 2 * ASK_AGAIN.mostMs);
    const asked = server.keys.length;
    expect(asked).toBeGreaterThan(2);
    await vi.advanceTimersByTimeAsync(5 * BY_ITSELF_MS);
    expect(server.keys.length).toBe(asked);
    server.outcome = open;
    placer.askAgain(server.keys[0] ?? '');
    await vi.advanceTimersByTimeAsync(0);
    expect([states(), new Set(server.keys).size]).toEqual([['placed'], 1]);
  });

  it('continues after a reload, and makes no late bet of a request that nobody has answered', async () => {
    const storage = memory();
    const before = placing(storage, pending);
    await before.placer.place(request());
    before.placer.stop();
    const after = placing(storage, open);
    await vi.advanceTimersByTimeAsync(0);
    expect([after.states(), after.server.keys]).toEqual([['placed'], [before.server.keys[0]]]);

    const lost = placing(storage);
    await lost.placer.place(request('b-0'));
    lost.placer.stop();
    vi.setSystemTime(Date.now() + BY_ITSELF_MS + 1);
    const late = placing(storage, open);
    await vi.advanceTimersByTimeAsync(BY_ITSELF_MS);
    expect([late.states(), late.server.keys]).toEqual([['unknown'], []]);
  });

  it('keeps what is in doubt when the session has ended, and nothing that was not asked for', async () => {
    const { placer, server, states } = placing(null, { kind: 'signed-out' });
    await placer.place(request());
    expect(states()).toEqual([]);
    server.outcome = { kind: 'unknown' };
    await placer.place(request('b-0'));
    server.outcome = { kind: 'signed-out' };
    placer.askAgain(server.keys.at(-1) ?? '');
    await vi.advanceTimersByTimeAsync(0);
    expect(states()).toEqual(['unknown']);
  });

  it('no longer shows what is over once the customer has seen it', async () => {
    const { placer, server, states } = placing(null, open);
    await placer.place(request());
    server.outcome = pending;
    await placer.place(request('b-0'));
    placer.dismiss();
    expect(states()).toEqual(['pending']);
  });

  it('bets once for each key, in whatever order answers, messages, presses and reloads come', async () => {
    for (let seed = 0; seed < 60; seed += 1) await anyOrder(mulberry(seed));
  });
});

/** A server that makes a bet of a key once, and a page that loses answers, is pressed and reloaded. */
async function anyOrder(random: () => number): Promise<void> {
  let storage = memory();
  const made = new Map<string, { readonly id: string; isOpen: boolean }>();
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  let shown: readonly Placing[] = [];
  let isCalm = false;
  const open = () =>
    createPlacer({
      send(asked) {
        if (!isCalm && random() < 0.3) return Promise.resolve({ kind: 'unknown' });
        const known = made.get(asked.key) ?? { id: `bet-${made.size}`, isOpen: isCalm || random() < 0.5 };
        made.set(asked.key, known);
        // The answer may be lost although the bet was made.
        return Promise.resolve(!isCalm && random() < 0.3 ? { kind: 'unknown' } : { kind: 'bet', bet: bet(known.id, known.isOpen ? 'OPEN' : 'PENDING') });
      },
      book: book(storage),
      tell: (placings) => (shown = placings),
      now: Date.now,
      random,
    });
  // The page before a reload is gone, with what is on its way to it.
  const reload = () => {
    placer.stop();
    [storage, shown] = [copied(storage), []];
    placer = open();
  };
  let placer = open();
  let intents = 0;
  for (let step = 0; step < 25; step += 1) {
    const deed = pick(['press', 'press twice', 'hear', 'reload', 'wait'] as const);
    if (deed === 'press' || deed === 'press twice') {
      intents += 1;
      const wanted = request(`s-${intents}`);
      void placer.place(wanted);
      if (deed === 'press twice') void placer.place(wanted);
    }
    if (deed === 'hear' && made.size > 0) {
      const known = pick([...made.values()]);
      known.isOpen = true;
      placer.heard(bet(known.id, 'OPEN'));
    }
    if (deed === 'reload') reload();
    await vi.advanceTimersByTimeAsync(deed === 'wait' ? 3_000 : 0);
  }
  isCalm = true;
  for (const known of made.values()) known.isOpen = true;
  placer.askAll();
  for (const { asked, state } of shown) if (state === 'unknown') placer.askAgain(asked.key);
  await vi.advanceTimersByTimeAsync(5 * BY_ITSELF_MS);
  expect(made.size).toBeLessThanOrEqual(intents);
  expect(shown.filter(({ state }) => state === 'pending')).toEqual([]);
  placer.stop();
}
