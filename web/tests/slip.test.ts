/** Placing a bet by the demo's simulated betting site. */
import { describe, expect, it, vi } from 'vitest';

import { freshKey, idempotencyKeys } from '../packages/client/src/changes/keys.ts';
import { GIVE_UP_MS, placeBet, placeOnce } from '../demo/slip/place';

const ID = '6f0c1a528f6e4a579d0a0d3a9c1b7e11';
const bet = { stakeMinor: 500, oddsMilli: 2500, betType: 'single', selectionId: 'northbet:m-s' } as const;

describe('placeBet', () => {
  it('hands the bet over with the session', async () => {
    const fetcher = vi.fn<typeof fetch>(() => Promise.resolve(Response.json({ betId: 'b-1', odds: { milli: 2500, display: '6/4' } }, { status: 202 })));
    await expect(placeBet(fetcher, 't', ID, bet, 'en-GB')).resolves.toEqual({ kind: 'placed', betId: 'b-1', isCounting: true, odds: '6/4' });
    const [url, init] = fetcher.mock.calls[0] ?? [];
    expect(url).toBe('/demo/bets');
    expect(new Headers(init?.headers).get('Authorization')).toBe('Bearer t');
    expect(new Headers(init?.headers).get('Accept-Language')).toBe('en-GB');
    expect(JSON.parse(init?.body as string)).toEqual({ ...bet, betId: ID });
  });

  it.each([
    [404, 'nowhere'],
    [422, 'failed'],
    [500, 'unknown'],
    [202, 'unknown'],
  ])('tells %i without a bet id as %s', async (status, kind) => {
    const fetcher = () => Promise.resolve(Response.json({}, { status }));
    await expect(placeBet(fetcher, 't', ID, bet, 'en-GB')).resolves.toEqual({ kind });
  });

  it.each([
    [{ code: 'PRICE_CHANGED', odds: { milli: 2000, display: 'Evens' } }, { kind: 'refused', code: 'PRICE_CHANGED', odds: 'Evens' }],
    [{ code: 'SUSPENDED' }, { kind: 'refused', code: 'SUSPENDED', odds: '' }],
    [{ code: 'LIMIT_REACHED' }, { kind: 'refused', code: 'LIMIT_REACHED', odds: '' }],
    [{ code: 'something else' }, { kind: 'failed' }],
  ])('tells the refusal %o', async (body, outcome) => {
    const fetcher = () => Promise.resolve(Response.json(body, { status: 409 }));
    await expect(placeBet(fetcher, 't', ID, bet, 'en-GB')).resolves.toEqual(outcome);
  });

  it('tells a lost answer as a bet whose outcome is unknown', async () => {
    await expect(placeBet(() => Promise.reject(new TypeError('cut')), 't', ID, bet, 'en-GB')).resolves.toEqual({ kind: 'unknown' });
  });

  it('gives up on an answer that does not come', async () => {
    const late = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
    const fetcher: typeof fetch = (_url, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('gave up'))));
    const placed = placeBet(fetcher, 't', ID, bet, 'en-GB');
    late.abort();
    await expect(placed).resolves.toEqual({ kind: 'unknown' });
    expect(timeout).toHaveBeenCalledExactlyOnceWith(GIVE_UP_MS);
    timeout.mockRestore();
  });
});

describe('placeOnce', () => {
  it('keeps the id of a bet until its outcome is known', async () => {
    const sent: string[] = [];
    const answers = [
      () => Promise.reject(new TypeError('cut')),
      () => Promise.resolve(Response.json({}, { status: 503 })),
      () => Promise.resolve(Response.json({ betId: 'b-1' }, { status: 202 })),
      () => Promise.resolve(Response.json({ code: 'SUSPENDED' }, { status: 409 })),
      () => Promise.resolve(Response.json({ betId: 'b-2' }, { status: 202 })),
    ];
    const fetcher: typeof fetch = (_url, init) => {
      sent.push((JSON.parse(init?.body as string) as { betId: string }).betId);
      return answers[sent.length - 1]?.() ?? Promise.reject(new TypeError('cut'));
    };
    const keys = idempotencyKeys(freshKey);
    const kinds: string[] = [];
    for (const oddsMilli of [2500, 2500, 2400, 2500, 2500]) {
      kinds.push((await placeOnce(fetcher, keys, 't', { ...bet, oddsMilli }, 'en-GB')).kind);
    }
    expect(kinds).toEqual(['unknown', 'unknown', 'placed', 'refused', 'placed']);
    expect(new Set(sent.slice(0, 3)).size).toBe(1);
    expect(new Set(sent).size).toBe(3);
    await placeOnce(fetcher, keys, 't', { ...bet, stakeMinor: 600 }, 'en-GB');
    expect(sent.at(-1)).not.toBe(sent[0]);
  });

  it('takes a new id after a bet that was not placed, such as one that was given up', async () => {
    const sent: string[] = [];
    const fetcher: typeof fetch = (_url, init) => {
      sent.push((JSON.parse(init?.body as string) as { betId: string }).betId);
      return Promise.resolve(Response.json({}, { status: 422 }));
    };
    const keys = idempotencyKeys(freshKey);
    await placeOnce(fetcher, keys, 't', bet, 'en-GB');
    await placeOnce(fetcher, keys, 't', bet, 'en-GB');
    expect(new Set(sent).size).toBe(2);
  });
});
