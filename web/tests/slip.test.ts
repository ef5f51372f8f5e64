/** Amounts on the slip, and placing a bet. */
import { describe, expect, it, vi } from 'vitest';

import { placeBet } from '../src/slip/place';
import { formatMinor, formatOdds, parseStake, returnsMinor } from '../src/slip/stake';

describe('parseStake', () => {
  it.each([
    ['5', 500],
    ['5.5', 550],
    ['5.05', 505],
    [' £5.00 ', 500],
    ['1,250', 125_000],
    ['0.01', 1],
  ])('reads %j as %i minor units', (typed, minor) => {
    expect(parseStake(typed)).toBe(minor);
  });

  it.each(['', '0', '0.00', '-5', '5.005', '5e3', 'five', '99999999', '5.'])('refuses %j', (typed) => {
    expect(parseStake(typed)).toBeNull();
  });
});

describe('amounts', () => {
  it('are written with the decimals of their currency', () => {
    expect([formatMinor(505, 'GBP'), formatMinor(505, 'EUR'), formatMinor(505, 'JPY')]).toEqual(['£5.05', '€5.05', 'JP¥505']);
  });

  it('pay out rounded down, at decimal odds', () => {
    expect([returnsMinor(500, 2500), returnsMinor(333, 1333), formatOdds(2500)]).toEqual([1250, 443, '2.50']);
  });
});

describe('placeBet', () => {
  const bet = { stakeMinor: 500, oddsMilli: 2500, betType: 'single' } as const;

  it('hands the bet over with the session', async () => {
    const fetcher = vi.fn<typeof fetch>(() => Promise.resolve(Response.json({ betId: 'b-1' }, { status: 202 })));
    await expect(placeBet(fetcher, 't', bet)).resolves.toEqual({ kind: 'placed', betId: 'b-1' });
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
