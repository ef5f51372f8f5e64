/** What a frame tells the page around it of a customer's money. */
import { type Ask, type Answer, Unreached } from '@furlong/client';
import { expect, it } from 'vitest';

import { tellingOfMoney } from '../demo/frames/tellingOfMoney';
import { Lobby, Money, PlaceBet, type PlaceBetMutationVariables } from '../demo/generated/operations';

function frameOf(answer: Answer<unknown> | Unreached) {
  const told: string[] = [];
  const answering = (() => (answer instanceof Unreached ? Promise.reject(answer) : Promise.resolve(answer))) as Ask;
  return { told, ask: tellingOfMoney(answering, ({ type }) => void told.push(type)) };
}

const placing = (bet: object | null, ...codes: string[]): Answer<unknown> => ({
  data: { placeBet: { bet, changed: [], errors: codes.map((code) => ({ code, message: '' })) } },
  faults: [],
});
const OPTIONS = { token: 'a token' };
const INPUT = { input: {} } as PlaceBetMutationVariables;

it.each([
  ['a bet that is made', placing({ status: 'OPEN' }), ['furlong:money-moved']],
  ['a bet that waits', placing({ status: 'PENDING' }, 'PENDING'), ['furlong:money-moved']],
  ['a bet without the money for it', placing({ status: 'REFUSED' }, 'INSUFFICIENT_FUNDS'), ['furlong:deposit-needed']],
  ['a bet at another price', placing(null, 'PRICE_CHANGED'), []],
  ['a fault', { data: null, faults: [] }, []],
])('of %s', async (_, answer, expected) => {
  const { told, ask } = frameOf(answer);
  expect(await ask(PlaceBet, INPUT, OPTIONS)).toBe(answer);
  expect(told).toEqual(expected);
});

it('nothing of other requests, nor without an answer', async () => {
  const read = frameOf({ data: { wallet: null, lobby: null }, faults: [] });
  await read.ask(Money, { brand: 'northbet' }, OPTIONS);
  await read.ask(Lobby, { brand: 'northbet', device: 'MOBILE', games: 1 }, OPTIONS);
  const lost = frameOf(new Unreached('no answer', 0));
  await expect(lost.ask(PlaceBet, INPUT, OPTIONS)).rejects.toBeInstanceOf(Unreached);
  expect([read.told, lost.told]).toEqual([[], []]);
});
