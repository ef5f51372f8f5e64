/** The wallet on the demo's page: read, followed, changed, and out of reach; its history and its reminders. */
import { type Answer, type Ask, idempotencyKeys, type LiveListener, Unreached } from '@furlong/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { MoneyChangesSubscription, MoneyQuery } from '../demo/generated/operations';
import { type MoneyChange, RETRY_AFTER_MS, sendMoneyChange } from '../demo/money/change';
import { HIDDEN_MS, POLL_MS, startMoneyFeed } from '../demo/money/feed';
import { type HistoryEvent, type HistoryPage, NO_HISTORY, reduceHistory } from '../demo/money/history/history';
import { remindedAfter, rememberedReminder, rememberReminder, sessionTime } from '../demo/money/reminders';
import { eventOf, isElsewhere, moneyAtStart, type MoneyEvent, reduceMoney } from '../demo/money/wallet';
import { limit, pounds, wallet } from './customersMoney';

const ME = 'northbet:c';
const FAULT = { message: 'not reached' };

describe('the wallet', () => {
  const known = reduceMoney(moneyAtStart(ME), { type: 'read', wallet: wallet(2500), at: 10, about: ME });

  it('is stale while it cannot be read again, and unreached if it never was', () => {
    expect(reduceMoney(known, { type: 'failed', isSignedOut: false, about: ME })).toMatchObject({ standing: 'stale', wallet: { balance: { minor: 2500 } } });
    expect(reduceMoney(moneyAtStart(ME), { type: 'failed', isSignedOut: false, about: ME }).standing).toBe('unreached');
  });

  it('is forgotten with the session, and never kept for another customer', () => {
    expect(reduceMoney(known, { type: 'failed', isSignedOut: true, about: ME })).toMatchObject({ standing: 'signed-out', wallet: null });
    expect(reduceMoney(known, { type: 'failed', isSignedOut: false, about: 'northbet:d' })).toEqual({ ...moneyAtStart('northbet:d'), standing: 'unreached' });
    const late = { type: 'limited', after: { limits: [], prompts: [] }, at: 1, about: 'northbet:d' } as const;
    expect(reduceMoney(known, late).wallet).toBeNull();
  });

  it('has what holds after a change at once', () => {
    const after = { limits: [limit('STAKE_BET', { amount: pounds(100) })], prompts: [] };
    expect(reduceMoney(known, { type: 'limited', after, at: 20, about: ME })).toMatchObject({ wallet: { balance: pounds(2500), ...after }, readAt: 20 });
  });

  it('is elsewhere where the operator keeps it, which says no more than the balance', () => {
    expect(isElsewhere(wallet(2500))).toBe(false);
    expect(isElsewhere(wallet(2500, { withdrawable: null }))).toBe(true);
  });

  it('is none where the graph says so, and not known where it failed', () => {
    expect(eventOf({ data: { wallet: null }, faults: [] }, 5)).toEqual({ type: 'read', wallet: null, at: 5 });
    expect(eventOf({ data: { wallet: null }, faults: [FAULT] }, 5)).toEqual({ type: 'failed', isSignedOut: false });
    expect(eventOf({ data: null, faults: [] }, 5)).toEqual({ type: 'failed', isSignedOut: false });
    expect(reduceMoney(known, { ...eventOf({ data: { wallet: null }, faults: [] }, 5), about: ME }).standing).toBe('none');
  });
});

describe('the feed', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function feed(answers: () => Promise<Answer<MoneyQuery>>) {
    const told: MoneyEvent[] = [];
    const listeners: LiveListener<MoneyChangesSubscription>[] = [];
    const page = { isVisible: true, reads: 0, closed: 0 };
    const started = startMoneyFeed({
      read() {
        page.reads += 1;
        return answers();
      },
      connect(listener) {
        listeners.push(listener);
        return () => {
          page.closed += 1;
        };
      },
      tell: (event) => told.push(event),
      isVisible: () => page.isVisible,
      now: () => 0,
      random: () => 1,
    });
    return { started, told, page, listeners };
  }

  const answered = (minor: number) => Promise.resolve({ data: { wallet: wallet(minor) }, faults: [] });
  const pushed = (minor: number) => ({ data: { walletUpdated: wallet(minor) }, faults: [] });

  it('reads until updates come, and again when they end', async () => {
    const { told, page, listeners } = feed(() => answered(1));
    await vi.advanceTimersByTimeAsync(0);
    expect([page.reads, told.length, listeners.length]).toEqual([1, 1, 1]);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(page.reads).toBe(2);
    listeners[0]?.update(pushed(2));
    await vi.advanceTimersByTimeAsync(20 * POLL_MS);
    expect([page.reads, told.at(-1)]).toEqual([2, { type: 'read', wallet: wallet(2), at: 0 }]);
    listeners[0]?.ended('lost');
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(page.reads).toBe(3);
  });

  it('waits longer after failures, and tells of each', async () => {
    const { told, page } = feed(() => Promise.reject(new Unreached('no response', 0)));
    await vi.advanceTimersByTimeAsync(2 * POLL_MS);
    expect(page.reads).toBe(2);
    await vi.advanceTimersByTimeAsync(3 * POLL_MS);
    expect([page.reads, new Set(told.map(({ type }) => type))]).toEqual([2, new Set(['failed'])]);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(page.reads).toBe(3);
  });

  it('ends with the session until the customer is signed in again', async () => {
    const { started, told, page, listeners } = feed(() => Promise.reject(new Unreached('refused', 401)));
    await vi.advanceTimersByTimeAsync(100 * POLL_MS);
    expect([page.reads, told, listeners]).toEqual([1, [{ type: 'failed', isSignedOut: true }], []]);
    started.refresh();
    await vi.advanceTimersByTimeAsync(0);
    expect(page.reads).toBe(2);
  });

  it('rests while the page is hidden, and is current when it is seen again', async () => {
    const { started, page, listeners } = feed(() => answered(1));
    await vi.advanceTimersByTimeAsync(0);
    listeners[0]?.update(pushed(2));
    page.isVisible = false;
    started.visibilityChanged();
    await vi.advanceTimersByTimeAsync(HIDDEN_MS);
    expect([page.reads, page.closed]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(20 * POLL_MS);
    expect(page.reads).toBe(1);
    page.isVisible = true;
    started.visibilityChanged();
    await vi.advanceTimersByTimeAsync(0);
    expect([page.reads, listeners.length]).toEqual([2, 2]);
  });

  it('tells nothing after it was stopped', async () => {
    const { started, told, page } = feed(() => answered(1));
    started.stop();
    started.refresh();
    await vi.advanceTimersByTimeAsync(20 * POLL_MS);
    expect([told, page.reads]).toEqual([[], 1]);
  });
});

describe('a change', () => {
  const change: MoneyChange = { kind: 'set-limit', brand: 'northbet', limit: 'DEPOSIT_DAY', amount: 5000, currency: 'GBP', confirms: false };

  function sender(answers: readonly (object | Error)[]) {
    let made = 0;
    const sent: { readonly name: string; readonly input: Record<string, unknown> }[] = [];
    const left = [...answers];
    const ask = ((operation: { readonly name: string }, variables: { readonly input: Record<string, unknown> }) => {
      sent.push({ name: operation.name, input: variables.input });
      const answer = left.shift() ?? new Unreached('nothing more', 0);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ data: answer, faults: [] });
    }) as unknown as Ask;
    const keys = idempotencyKeys(() => `key-${(made += 1)}`);
    const slept: number[] = [];
    return { sent, keys, slept, sender: { ask, token: 't', keys, sleep: (ms: number) => Promise.resolve(void slept.push(ms)) } };
  }

  const payload = (code?: string) => ({ limits: [], prompts: [], errors: code === undefined ? [] : [{ code }] });

  it('is sent once more under its key while nothing is known, and is then a new one', async () => {
    const lost = new Unreached('no response', 0);
    const { sent, slept, sender: over } = sender([lost, lost, { setLimit: payload() }, { setLimit: payload() }]);
    await expect(sendMoneyChange(change, over)).resolves.toEqual({ kind: 'done', after: { limits: [], prompts: [] } });
    await sendMoneyChange(change, over);
    expect(sent.map(({ input }) => input['idempotencyKey'])).toEqual(['key-1', 'key-1', 'key-1', 'key-2']);
    expect(slept).toEqual([...RETRY_AFTER_MS]);
  });

  it('keeps its key if nobody said what became of it, also when the wallet is not sure', async () => {
    const { keys, sent, sender: over } = sender([{ setLimit: payload('WALLET_PENDING') }, { setLimit: payload() }]);
    await expect(sendMoneyChange(change, over)).resolves.toEqual({ kind: 'unknown' });
    expect(keys.unsettled()).toHaveLength(1);
    await sendMoneyChange(change, over);
    expect(new Set(sent.map(({ input }) => input['idempotencyKey'])).size).toBe(1);
    expect(keys.unsettled()).toEqual([]);
  });

  it('that confirms a raise is not the request that asked for it', async () => {
    const { sent, sender: over } = sender([new Unreached('refused', 400), { setLimit: payload() }]);
    await sendMoneyChange(change, over);
    await sendMoneyChange({ ...change, confirms: true }, over);
    expect(sent.map(({ input }) => input['idempotencyKey'])).toEqual(['key-1', 'key-2']);
    expect(sent[1]?.input).not.toHaveProperty('confirms');
  });

  it('is refused by its code, and without a session nothing is known of what holds', async () => {
    const answers = [{ setLimit: payload('NOT_ALLOWED_HERE') }, { setLimit: payload('FORBIDDEN') }, new Unreached('refused', 401)];
    const { sender: over } = sender(answers);
    await expect(sendMoneyChange(change, over)).resolves.toMatchObject({ kind: 'refused', code: 'NOT_ALLOWED_HERE', after: { limits: [] } });
    await expect(sendMoneyChange(change, over)).resolves.toEqual({ kind: 'refused', code: 'FORBIDDEN', after: null });
    await expect(sendMoneyChange(change, over)).resolves.toEqual({ kind: 'signed-out' });
  });

  it.each([
    [change, 'SetLimit', { kind: 'DEPOSIT_DAY', currency: 'GBP', amountMinor: 5000, minutes: null }],
    [{ ...change, limit: 'SESSION_MINUTES', amount: 60 }, 'SetLimit', { kind: 'SESSION_MINUTES', currency: 'GBP', amountMinor: null, minutes: 60 }],
    [{ ...change, amount: null }, 'SetLimit', { kind: 'DEPOSIT_DAY', currency: 'GBP', amountMinor: null, minutes: null }],
    [{ kind: 'break', brand: 'northbet', until: '2026-12-01T00:00:00Z', product: 'CASINO' }, 'TakeBreak', { until: '2026-12-01T00:00:00Z', product: 'CASINO' }],
    [{ kind: 'exclude', brand: 'northbet', months: 6 }, 'SelfExclude', { months: 6 }],
    [{ kind: 'decline', brand: 'northbet' }, 'DeclineLimit', {}],
    [{ kind: 'acknowledge', brand: 'northbet', prompt: 'REVIEW' }, 'AcknowledgePrompt', { prompt: 'REVIEW' }],
  ] as const)('%o is sent as %s', async (wanted, name, input) => {
    const field = name.charAt(0).toLowerCase() + name.slice(1);
    const { sent, sender: over } = sender([{ [field]: payload() }]);
    await expect(sendMoneyChange(wanted, over)).resolves.toMatchObject({ kind: 'done' });
    expect(sent).toEqual([{ name, input: { brand: 'northbet', idempotencyKey: 'key-1', ...input } }]);
  });
});

describe('the history', () => {
  const line = (id: string, state: HistoryPage['nodes'][number]['state'] = 'POSTED'): HistoryPage['nodes'][number] => ({
    id,
    at: '2026-11-28T20:00:00Z',
    kind: 'STAKE',
    amount: pounds(-100),
    credits: pounds(0),
    state,
    reference: null,
  });
  const page = (ids: string, hasNextPage: boolean, state?: 'PENDING' | 'POSTED'): HistoryPage => ({
    nodes: Array.from(ids, (id) => line(id, state)),
    pageInfo: { hasNextPage, endCursor: ids.at(-1) ?? null },
  });
  const after = (...events: HistoryEvent[]) => events.reduce(reduceHistory, NO_HISTORY);
  const ids = (history: typeof NO_HISTORY) => history.entries?.map(({ id }) => id).join('');

  it('grows by pages, each entry once', () => {
    const history = after({ type: 'read-newest', page: page('fed', true) }, { type: 'read-more', page: page('dcb', false) });
    expect([ids(history), history.next]).toEqual(['fedcb', null]);
  });

  it('has new entries in front, and the newest state of those that are known', () => {
    const history = after(
      { type: 'read-newest', page: page('fed', true, 'PENDING') },
      { type: 'read-more', page: page('cb', true) },
      { type: 'read-newest', page: page('gfe', true) },
    );
    expect([ids(history), history.next]).toEqual(['gfedcb', 'b']);
    expect(history.entries?.map(({ state }) => state)).toEqual(['POSTED', 'POSTED', 'POSTED', 'PENDING', 'POSTED', 'POSTED']);
  });

  it('begins anew rather than leave out what is between', () => {
    const history = after({ type: 'read-newest', page: page('cba', false) }, { type: 'read-newest', page: page('zyx', true) });
    expect([ids(history), history.next]).toEqual(['zyx', 'x']);
  });

  it('keeps what is known when it cannot be read', () => {
    const failed = after({ type: 'read-newest', page: page('ba', false) }, { type: 'asked' }, { type: 'failed' });
    expect([ids(failed), failed.hasFailed, failed.isReading]).toEqual(['ba', true, false]);
    expect(reduceHistory(failed, { type: 'read-newest', page: page('cba', false) })).toMatchObject({ hasFailed: false });
    expect(after({ type: 'failed' }).entries).toBeNull();
  });
});

describe('reminders of a session', () => {
  const state = (usedMinutes: number | null, minutes: number | null = 60) => ({
    ...moneyAtStart(ME),
    wallet: wallet(0, { limits: minutes === null ? [] : [limit('SESSION_MINUTES', { minutes, usedMinutes })] }),
  });

  it('go on counting between reads', () => {
    expect(sessionTime(state(59), 59_999)).toEqual({ interval: 60, minutes: 59, count: 0 });
    expect(sessionTime(state(59), 60_000)).toEqual({ interval: 60, minutes: 60, count: 1 });
    expect(sessionTime(state(179), 60_000)?.count).toBe(3);
    expect([sessionTime(moneyAtStart(ME), 0), sessionTime(state(null), 0)?.interval, sessionTime(state(1, null), 0)?.interval]).toEqual([null, 0, 0]);
  });

  it('are due when their count grows: in a new tab, at the interval, and in a session of its own', () => {
    const time = (interval: number, count: number) => ({ interval, count, minutes: interval * count });
    expect(remindedAfter(null, time(60, 2)).count).toBe(0);
    expect(remindedAfter({ interval: 60, count: 1 }, time(60, 2)).count).toBe(1);
    expect(remindedAfter({ interval: 0, count: 0 }, time(60, 2)).count).toBe(2);
    expect(remindedAfter({ interval: 30, count: 4 }, time(60, 2)).count).toBe(2);
    expect(remindedAfter({ interval: 60, count: 5 }, time(60, 0)).count).toBe(0);
  });

  it('are remembered by the tab, each customer’s for themselves', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
    };
    rememberReminder(storage, ME, { interval: 60, count: 2 });
    expect(rememberedReminder(storage, ME)).toEqual({ interval: 60, count: 2 });
    expect([rememberedReminder(storage, 'northbet:d'), rememberedReminder(null, ME)]).toEqual([null, null]);
    kept.forEach((_value, name) => kept.set(name, '{"count": "x"}'));
    expect(rememberedReminder(storage, ME)).toBeNull();
  });
});
