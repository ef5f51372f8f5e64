/** Deposits and withdrawals on the demo's page: states, costs, amounts, and keys that ask for nothing twice. */
import { type Ask, Unreached } from '@furlong/client';
import { localeFor } from '@furlong/club';
import { describe, expect, it } from 'vitest';

import { moneyAtStart, reduceMoney, withPayment } from '../demo/money/wallet';
import { type Asked, askedBook, rememberAway, type Request, takeAway } from '../demo/money/payments/asked';
import { feeOf, isPage, listed, type Method, mostOf, type Payment, readPayment, reviewOf, roomOf, standingOf, toneOf } from '../demo/money/payments/payments';
import { feeInWords, paymentInWords, refusalInWords } from '../demo/money/payments/paymentWords';
import { sendAccount, sendPayment } from '../demo/money/payments/sending';
import { moneyWords } from '../demo/money/words';
import { limit, pounds, wallet } from './customersMoney';
import { mulberry } from './randomness';

const NOW = Date.parse('2026-11-28T20:00:00Z');
const URL_OF_PAGE = 'https://pay.test/1';

function payment(facts: Partial<Payment> = {}): Payment {
  return {
    id: 'p-1',
    at: '2026-11-28T20:00:00Z',
    direction: 'DEPOSIT',
    amount: pounds(2000),
    fee: null,
    state: 'OPEN',
    code: null,
    decline: null,
    url: null,
    instructions: null,
    ...facts,
  };
}

function method(facts: Partial<Method> = {}): Method {
  return {
    id: 'card',
    name: 'Card',
    direction: 'DEPOSIT',
    minimum: pounds(500),
    maximum: pounds(200_000),
    fee: null,
    feePermille: 0,
    workingDays: 0,
    maximumReason: 'METHOD',
    reviewedAbove: null,
    ...facts,
  };
}

const transfer = { holder: 'Us', account: 'GB1', reference: 'r' };

describe('a payment', () => {
  it.each([
    [{ state: 'ASKED', code: 'PENDING' }, 'doubt', 'waiting'],
    [{ url: URL_OF_PAGE }, 'pay', 'waiting'],
    [{ url: URL_OF_PAGE, decline: 'REFUSED' }, 'retry', 'bad'],
    [{ instructions: transfer }, 'transfer', 'waiting'],
    [{ code: 'PENDING' }, 'doubt', 'waiting'],
    [{}, 'confirming', 'waiting'],
    [{ state: 'DONE' }, 'arrived', 'good'],
    [{ state: 'RETURNED' }, 'returned', 'bad'],
    [{ state: 'FAILED', code: 'DECLINED', decline: 'EXPIRED_CARD' }, 'declined', 'bad'],
    [{ state: 'FAILED', code: 'DECLINED' }, 'unpaid', 'bad'],
    [{ state: 'FAILED', code: 'METHOD_UNAVAILABLE' }, 'unavailable', 'bad'],
    [{ state: 'REFUSED', code: 'LIMIT_REACHED' }, 'refused', 'bad'],
    [{ direction: 'WITHDRAWAL', state: 'REVIEW' }, 'review', 'waiting'],
    [{ direction: 'WITHDRAWAL', state: 'SENDING' }, 'sending', 'waiting'],
    [{ direction: 'WITHDRAWAL', state: 'DONE' }, 'paid-out', 'good'],
    [{ direction: 'WITHDRAWAL', state: 'FAILED' }, 'not-sent', 'bad'],
    [{ direction: 'WITHDRAWAL', state: 'FAILED', code: 'DECLINED' }, 'came-back', 'bad'],
  ] as const)('%o stands as %s', (facts, standing, tone) => {
    expect(standingOf(payment(facts))).toBe(standing);
    expect(toneOf(standing)).toBe(tone);
  });

  it('says why a bank declined it, and why it was refused, by the words of the limit', () => {
    const words = moneyWords({ tag: 'en' });
    expect(paymentInWords(payment({ state: 'FAILED', code: 'DECLINED', decline: 'EXPIRED_CARD' }), words)).toBe('The card has expired. No money was taken.');
    expect(paymentInWords(payment({ state: 'REFUSED', code: 'COOLING_OFF' }), words)).toBe(refusalInWords('COOLING_OFF', words));
    expect(refusalInWords('METHOD_UNAVAILABLE', words)).toBe(words.refused.METHOD_UNAVAILABLE);
  });

  it('is listed while it is on its way, if it came back, and if it is the newest', () => {
    const payments = [
      payment({ id: 'newest', state: 'DONE' }),
      payment({ id: 'done', state: 'DONE' }),
      payment({ id: 'unpaid', state: 'FAILED', code: 'DECLINED' }),
      payment({ id: 'pay', url: URL_OF_PAGE }),
      payment({ id: 'returned', state: 'RETURNED' }),
    ];
    expect(listed(payments).map(({ id }) => id)).toEqual(['newest', 'pay', 'returned']);
  });

  it('is not listed in doubt beside the request that waits for its answer', () => {
    const asked: Request = { direction: 'DEPOSIT', methodId: 'card', amountMinor: 2000, currency: 'GBP' };
    const payments = [payment({ id: 'new', state: 'ASKED', code: 'PENDING' }), payment({ id: 'done', state: 'DONE' })];
    expect(listed(payments, [asked]).map(({ id }) => id)).toEqual(['done']);
    for (const other of [{ ...asked, amountMinor: 1999 }, { ...asked, direction: 'WITHDRAWAL' as const }]) {
      expect(listed(payments, [other]).map(({ id }) => id)).toEqual(['new']);
    }
  });

  it('takes its own place among the payments as it changes', () => {
    const payments = [payment({ id: 'b' }), payment({ id: 'a' })];
    expect(withPayment(payments, payment({ id: 'a', state: 'DONE' })).map(({ id, state }) => `${id} ${state}`)).toEqual(['b OPEN', 'a DONE']);
    expect(withPayment(payments, payment({ id: 'c' })).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    const known = reduceMoney(moneyAtStart('x'), { type: 'read', wallet: wallet(0), at: 1, about: 'x' });
    expect(reduceMoney(known, { type: 'paid', payment: payment(), about: 'x' }).wallet?.payments).toHaveLength(1);
  });

  it('is gone to only at a page', () => {
    expect([URL_OF_PAGE, 'http://127.0.0.1:8460/c', 'javascript:alert(1)', 'data:text/html,x', '/x', ''].map(isPage)).toEqual([true, true, false, false, false, false]);
  });
});

describe('what a payment costs', () => {
  it('is a part of the amount, rounded down', () => {
    const random = mulberry(11);
    for (let run = 0; run < 300; run += 1) {
      const [fixed, permille, minor] = [50, 40, 100_000].map((most) => Math.floor(random() * most)) as [number, number, number];
      const fee = feeOf(method({ fee: pounds(fixed), feePermille: permille }), minor);
      expect(fee - fixed).toBeLessThanOrEqual((minor * permille) / 1000);
      expect(fee - fixed).toBeGreaterThan((minor * permille) / 1000 - 1);
    }
  });

  it.each([
    ['en-GB', { fee: pounds(25), feePermille: 15 }, '£0.25 + 1.5%'],
    ['en-GB', { feePermille: 20 }, '2%'],
    ['de', { fee: pounds(25) }, '0,25\u00a0£'],
    ['en-GB', {}, null],
  ] as const)('in %s: %o', (tag, facts, said) => {
    expect(feeInWords(method(facts), localeFor([tag]))).toBe(said);
  });

  it('tells who looks at it first', () => {
    const reviewed = (minor: number | null, above: number | null) => reviewOf(method({ reviewedAbove: above === null ? null : pounds(above) }), minor);
    expect([reviewed(100, null), reviewed(null, 0), reviewed(null, 500), reviewed(500, 500), reviewed(501, 500)]).toEqual([null, 'every', 'maybe', 'maybe', 'this']);
  });
});

describe('an amount', () => {
  const back = method({ direction: 'WITHDRAWAL', maximum: pounds(5000) });

  it.each([
    ['4.99', method(), 'below'],
    ['2000.01', method(), 'above'],
    ['30.01', method(), 'over-limit'],
    ['50.01', back, 'above'],
    ['40.01', back, 'not-there'],
  ] as const)('%s is outside of what is possible: %o', (typed, by, why) => {
    expect(readPayment(typed, by, wallet(4000), { minor: 3000, until: null }, 'en-GB')).toEqual({ kind: 'outside', why });
  });

  it('is read in the language, and limits of deposits hold for deposits alone', () => {
    expect(readPayment('30,00', method(), wallet(0), { minor: 3000, until: null }, 'de')).toEqual({ kind: 'amount', minor: 3000 });
    expect(readPayment('40', back, wallet(4000), { minor: 0, until: null }, 'en-GB')).toEqual({ kind: 'amount', minor: 4000 });
    expect([mostOf(back, wallet(4000)), mostOf(back, wallet(9000)), mostOf(method(), wallet(0))]).toEqual([4000, 5000, 200_000]);
  });

  it('has the room of the narrowest deposit limit, all of it once the frame has ended', () => {
    const day = limit('DEPOSIT_DAY', { amount: pounds(5000), used: pounds(2000), until: '2026-11-29T12:00:00Z' });
    const week = limit('DEPOSIT_WEEK', { amount: pounds(9000), used: pounds(8000), until: '2026-12-01T12:00:00Z' });
    expect(roomOf([], 'GBP', NOW)).toBeNull();
    expect(roomOf([day], 'GBP', NOW)).toEqual({ minor: 3000, until: day.until });
    expect(roomOf([day, week, limit('STAKE_BET', { amount: pounds(1) })], 'GBP', NOW)).toEqual({ minor: 1000, until: week.until });
    expect(roomOf([day], 'GBP', Date.parse('2026-11-29T12:00:00Z'))).toEqual({ minor: 5000, until: null });
    expect(roomOf([day], 'EUR', NOW)).toBeNull();
  });
});

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
}

describe('the key of a request', () => {
  const ME = 'northbet:c';
  const twenty: Request = { direction: 'DEPOSIT', methodId: 'card', amountMinor: 2000, currency: 'GBP' };
  const thirty: Request = { ...twenty, amountMinor: 3000 };
  const counted = () => {
    let made = 0;
    return () => `key-${(made += 1)}`;
  };

  it('is kept until there is an answer, whatever is wanted then, also across a reload', () => {
    const tab = storage();
    const first = askedBook(ME, tab, counted()).claim(twenty, () => true);
    const reloaded = askedBook(ME, tab, () => 'another');
    expect(reloaded.claim(thirty, () => false)).toEqual(first);
    expect(reloaded.of('DEPOSIT')).toEqual({ ...twenty, key: 'key-1', paymentId: null });
    expect(askedBook('northbet:d', tab, counted()).of('DEPOSIT')).toBeNull();
  });

  it('stays while its payment is undecided and the same is wanted, and is new for another amount or a decided one', () => {
    const book = askedBook(ME, storage(), counted());
    book.answered(book.claim(twenty, () => false), 'p-1');
    expect(book.claim(twenty, (id) => id === 'p-1').key).toBe('key-1');
    book.answered(book.claim(thirty, () => true), 'p-2');
    expect(book.of('DEPOSIT')).toMatchObject({ key: 'key-2', amountMinor: 3000 });
    expect(book.claim(thirty, () => false).key).toBe('key-3');
  });

  it('is one of each direction, and is forgotten when it is settled', () => {
    const tab = storage();
    const book = askedBook(ME, tab, counted());
    book.claim(twenty, () => true);
    expect(book.claim({ ...twenty, direction: 'WITHDRAWAL' }, () => true).key).toBe('key-2');
    book.settle('DEPOSIT');
    book.settle('WITHDRAWAL');
    expect([book.of('DEPOSIT'), tab.kept.size]).toEqual([null, 0]);
  });

  it('lasts as long as the page without a storage, and survives a foreign entry', () => {
    const book = askedBook(ME, null, counted());
    book.claim(twenty, () => true);
    expect(book.of('DEPOSIT')?.key).toBe('key-1');
    const tab = storage();
    tab.setItem(`furlong:demo-asked:${ME}`, '{"DEPOSIT": {"key": 1}, "WITHDRAWAL": null}');
    expect(askedBook(ME, tab, counted()).of('DEPOSIT')).toBeNull();
  });

  it('who was away is told once, and no other customer', () => {
    const tab = storage();
    rememberAway(tab, ME);
    expect([takeAway(tab, 'northbet:d'), takeAway(tab, ME), takeAway(tab, ME), takeAway(null, ME)]).toEqual([false, true, false, false]);
  });
});

describe('a request', () => {
  const asked: Asked = { direction: 'DEPOSIT', methodId: 'card', amountMinor: 2000, currency: 'GBP', key: 'k', paymentId: null };
  const lost = new Unreached('no response', 0);

  function sender(answers: readonly (object | Error)[]) {
    const left = [...answers];
    const keys: unknown[] = [];
    const ask = ((_operation: object, { input }: { readonly input: { readonly idempotencyKey: string } }) => {
      keys.push(input.idempotencyKey);
      const answer = left.shift() ?? lost;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    }) as unknown as Ask;
    return { keys, over: { ask, token: 't', brand: 'northbet', sleep: () => Promise.resolve() } };
  }

  const deposit = (paid: Payment | null, code?: string) => ({ data: { deposit: { payment: paid, errors: code === undefined ? [] : [{ code }] } }, faults: [] });
  const bad = { data: null, faults: [{ message: 'no', extensions: { code: 'BAD_USER_INPUT' } }] };

  it('is repeated under its key while there is no answer', async () => {
    const { keys, over } = sender([lost, { data: null, faults: [{ message: 'x' }] }, deposit(payment())]);
    await expect(sendPayment(asked, over)).resolves.toEqual({ kind: 'answered', payment: payment() });
    expect(keys).toEqual(['k', 'k', 'k']);
    await expect(sendPayment(asked, sender([]).over)).resolves.toEqual({ kind: 'unknown' });
  });

  it.each([
    [deposit(null, 'METHOD_UNAVAILABLE'), { kind: 'refused', code: 'METHOD_UNAVAILABLE' }],
    [deposit(null, 'WALLET_PENDING'), { kind: 'unknown' }],
    [deposit(null, 'FORBIDDEN'), { kind: 'signed-out' }],
    [deposit(payment({ state: 'REFUSED', code: 'LIMIT_REACHED' }), 'LIMIT_REACHED'), { kind: 'answered' }],
    [bad, { kind: 'refused', code: 'INVALID' }],
    [new Unreached('refused', 400, undefined, null, 'BAD_USER_INPUT'), { kind: 'refused', code: 'INVALID' }],
    [new Unreached('refused', 401), { kind: 'signed-out' }],
    [new Unreached('refused', 403), { kind: 'unknown' }],
  ] as const)('%o means %o', async (answer, outcome) => {
    await expect(sendPayment(asked, sender([answer]).over)).resolves.toMatchObject(outcome);
  });

  it('adds a bank account, which the server checks', async () => {
    const account = (code?: string) => ({ data: { addBankAccount: { methods: [method()], errors: code === undefined ? [] : [{ code }] } }, faults: [] });
    await expect(sendAccount('Ada', 'GB1', 'k', sender([lost, account()]).over)).resolves.toEqual({ kind: 'added', methods: [method()] });
    await expect(sendAccount('Ada', 'GB1', 'k', sender([bad]).over)).resolves.toEqual({ kind: 'refused', code: 'INVALID' });
    await expect(sendAccount('Ada', 'GB1', 'k', sender([account('NOT_ALLOWED_HERE')]).over)).resolves.toEqual({ kind: 'refused', code: 'NOT_ALLOWED_HERE' });
  });
});
