/** The numbers of the slip, and placing a bet. */
import { describe, expect, it, vi } from 'vitest';

import { placeBet } from '../demo/slip/place';
import { formatOdds, returnsMinor } from '../demo/slip/stake';

describe('returns', () => {
  it('are rounded down, at decimal odds', () => {
    expect([returnsMinor(500, 2500), returnsMinor(333, 1333)]).toEqual([1250, 443]);
  });

  it('odds are written by the locale', () => {
    expect([formatOdds(2500, 'en-GB'), formatOdds(2500, 'de')]).toEqual(['2.50', '2,50']);
  });
});

describe('placeBet', () => {
  const bet = { stakeMinor: 500, oddsMilli: 2500, betType: 'single' } as const;

  it('hands the bet over with the session', async () => {
    const fetcher = vi.fn<typeof fetch>(() => Promise.resolve(Response.json({ betId: 'b-1' }, { status: 202 })));
    await expect(placeBet(fetcher, 't', bet)).resolves.toEqual({ kind: 'placed', betId: 'b-1', isCounting: true });
    const [url, init] = fetcher.mock.calls[0] ?? [];
    expect(url).toBe('/demo/bets');
    expect(new Headers(init?.headers).get('Authorization')).toBe('Bearer t');
    expect(JSON.parse(init?.body as string)).toEqual(bet);
  });

  it.each([
    [404, 'nowhere'],
    [500, 'failed'],
    [202, 'failed'],
  ])('tells %i without a bet id as %s', async (status, kind) => {
    const fetcher = () => Promise.resolve(Response.json({}, { status }));
    await expect(placeBet(fetcher, 't', bet)).resolves.toEqual({ kind });
  });

  it('tells a network failure as a bet that was not placed', async () => {
    await expect(placeBet(() => Promise.reject(new TypeError('cut')), 't', bet)).resolves.toEqual({ kind: 'failed' });
  });
});
