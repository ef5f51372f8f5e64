/** The numbers of the slip, and placing a bet. */
import { describe, expect, it, vi } from 'vitest';

import { placeBet } from '../demo/slip/place';
import { returnsMinor } from '../demo/slip/stake';

describe('returns', () => {
  it('are rounded down, at decimal odds', () => {
    expect([returnsMinor(500, 2500), returnsMinor(333, 1333)]).toEqual([1250, 443]);
  });
});

describe('placeBet', () => {
  const bet = { stakeMinor: 500, oddsMilli: 2500, betType: 'single', selectionId: 'northbet:m-s' } as const;

  it('hands the bet over with the session', async () => {
    const fetcher = vi.fn<typeof fetch>(() => Promise.resolve(Response.json({ betId: 'b-1', odds: { milli: 2500, display: '6/4' } }, { status: 202 })));
    await expect(placeBet(fetcher, 't', bet, 'en-GB')).resolves.toEqual({ kind: 'placed', betId: 'b-1', isCounting: true, odds: '6/4' });
    const [url, init] = fetcher.mock.calls[0] ?? [];
    expect(url).toBe('/demo/bets');
    expect(new Headers(init?.headers).get('Authorization')).toBe('Bearer t');
    expect(new Headers(init?.headers).get('Accept-Language')).toBe('en-GB');
    expect(JSON.parse(init?.body as string)).toEqual(bet);
  });

  it.each([
    [404, 'nowhere'],
    [500, 'failed'],
    [202, 'failed'],
  ])('tells %i without a bet id as %s', async (status, kind) => {
    const fetcher = () => Promise.resolve(Response.json({}, { status }));
    await expect(placeBet(fetcher, 't', bet, 'en-GB')).resolves.toEqual({ kind });
  });

  it.each([
    [{ code: 'PRICE_CHANGED', odds: { milli: 2000, display: 'Evens' } }, { kind: 'refused', code: 'PRICE_CHANGED', odds: 'Evens' }],
    [{ code: 'SUSPENDED' }, { kind: 'refused', code: 'SUSPENDED', odds: '' }],
    [{ code: 'something else' }, { kind: 'failed' }],
  ])('tells the refusal %o', async (body, outcome) => {
    const fetcher = () => Promise.resolve(Response.json(body, { status: 409 }));
    await expect(placeBet(fetcher, 't', bet, 'en-GB')).resolves.toEqual(outcome);
  });

  it('tells a network failure as a bet that was not placed', async () => {
    await expect(placeBet(() => Promise.reject(new TypeError('cut')), 't', bet, 'en-GB')).resolves.toEqual({ kind: 'failed' });
  });
});
