/** The events of the demo's page: what is picked, how it stands, and how answers and failures change it. */
import { type Ask, Unreached } from '@furlong/client';
import { describe, expect, it, vi } from 'vitest';

import { boardAtStart, comingBack, isFollowed, reduceBoard, type Board } from '../demo/events/board';
import { dayAfter, dayNames } from '../demo/events/days';
import { readFurther, withFurther } from '../demo/events/further';
import { createListed, MAX_LISTED } from '../demo/events/listed';
import { availabilityOf, offersOf } from '../demo/events/offers';
import { MAX_PICKS, standingOf } from '../demo/events/picked';
import { createEventPoller, POLL_MS } from '../demo/events/poller';
import { answer, event, read, START, updated } from './shownEvents';

const standing = ({ picks: [picked], prices }: Board) => (picked === undefined ? null : standingOf(picked, prices));
const id = ({ picks: [picked] }: Board) => picked?.offer.selection.id;
const ids = ({ picks }: Board) => picks.map((picked) => picked.offer.selection.id);
const press = (board: Board, ...selections: string[]) =>
  selections.reduce((pressed, selection) => reduceBoard(pressed, { type: 'picked', selection }), board);

describe('the selection on the slip', () => {
  it('is at first the first one that is open at odds that usually count', () => {
    const board = read(START, [event('a', [2000], { market: 'SUSPENDED' }), event('b', [1200, 2500])]);
    expect([id(board), standing(board)]).toEqual(['b-1', { kind: 'open', odds: { milli: 2500, display: '2500' } }]);
  });

  it('is at first of an event that has not begun, if there is one', () => {
    const live = event('live', [2000], { status: 'LIVE' });
    expect(id(read(START, [live, event('next', [3000])]))).toBe('next-0');
    expect(id(read(START, [live]))).toBe('live-0');
  });

  it('is the one before a reload, if that is still open', () => {
    const remembering = boardAtStart([{ event: 'z', selection: 'z-1' }]);
    expect(id(read(remembering, [event('a', [2000])], { picked: event('z', [1100, 1200]) }))).toBe('z-1');
    expect(id(read(remembering, [event('a', [2000])], { picked: null }))).toBe('a-0');
  });

  it('follows its odds, and is replaced at its end, while only the page has picked it', () => {
    const moved = read(read(START, [event('a', [2000])]), [event('a', [2100])]);
    expect(standing(moved)).toEqual({ kind: 'open', odds: { milli: 2100, display: '2100' } });
    expect(id(read(moved, [event('a', [2100], { status: 'FINISHED' }), event('b', [3000])]))).toBe('b-0');
  });

  it('is the one before a reload also while it is suspended, and not once it has ended', () => {
    const remembering = boardAtStart([{ event: 'z', selection: 'z-0' }]);
    const others = [event('a', [2000])];
    for (const picked of [event('z', [1100], { market: 'SUSPENDED' }), event('z', [null])]) {
      const suspended = read(remembering, others, { picked });
      expect([id(suspended), standing(suspended)?.kind]).toEqual(['z-0', 'suspended']);
      expect(standing(read(suspended, others, { picked: event('z', [1100]) }))?.kind).toBe('open');
    }
    expect(id(read(remembering, others, { picked: event('z', [1100], { status: 'FINISHED' }) }))).toBe('a-0');
  });

  it('stays at its odds, also at its end, once the customer has begun to bet on what the page picked', () => {
    const chosen = reduceBoard(read(START, [event('a', [2000])]), { type: 'chosen' });
    const moved = read(chosen, [event('a', [1800])]);
    expect([moved.picks[0]?.seen?.milli, standing(moved)?.kind]).toEqual([2000, 'moved']);
    const over = read(moved, [event('a', [1800], { status: 'FINISHED' }), event('b', [3000])]);
    expect([id(over), standing(over)?.kind]).toEqual(['a-0', 'over']);
  });

  it('keeps the odds at which the customer picked it until new ones are accepted', () => {
    const picked = reduceBoard(read(START, [event('a', [2000, 3000])]), { type: 'picked', selection: 'a-1' });
    const moved = read(picked, [event('a', [2000, 2800])]);
    expect([moved.picks[0]?.seen?.milli, standing(moved)]).toEqual([3000, { kind: 'moved', odds: { milli: 2800, display: '2800' } }]);
    const accepted = reduceBoard(moved, { type: 'accepted' });
    expect([accepted.picks[0]?.seen?.milli, standing(accepted)?.kind]).toEqual([2800, 'open']);
  });

  it('stays when the customer picked it, and says why it cannot be bet on', () => {
    const picked = reduceBoard(read(START, [event('a', [2000])]), { type: 'picked', selection: 'a-0' });
    expect(standing(read(picked, [event('a', [2000], { market: 'SUSPENDED' })]))?.kind).toBe('suspended');
    expect(standing(read(picked, [event('a', [null])]))?.kind).toBe('suspended');
    expect(standing(read(picked, [event('a', [2000], { status: 'FINISHED' })]))?.kind).toBe('over');
    expect(standing(read(picked, [event('b', [2000])]))?.kind).toBe('gone');
    expect(standing(reduceBoard(picked, { type: 'failed' }))?.kind).toBe('paused');
    expect(standing(reduceBoard(picked, { type: 'returned' }))?.kind).toBe('waiting');
  });

  it.each([
    ['SUSPENDED', 'OPEN', 'suspended'],
    ['CLOSED', 'OPEN', 'over'],
    ['SETTLED', 'WON', 'over'],
    ['OPEN', 'WITHDRAWN', 'over'],
    ['OPEN', 'SUSPENDED', 'suspended'],
  ] as const)('in a market that is %s, itself %s, is %s and cannot be picked', (market, selection, available) => {
    const shown = event('a', [2000], { market, selection });
    const [offer] = offersOf([shown]).values();
    expect(offer && availabilityOf(offer)).toBe(available);
    const board = read(START, [event('b', [2000]), shown]);
    expect(id(reduceBoard(board, { type: 'picked', selection: 'a-0' }))).toBe('b-0');
  });

  it('cannot be picked at prices that are not the present ones', () => {
    const paused = reduceBoard(read(START, [event('a', [2000, 3000])]), { type: 'failed' });
    expect(id(reduceBoard(paused, { type: 'picked', selection: 'a-1' }))).toBe('a-0');
  });
});

/** As a bet has kept it. */
function leg(selectionId: string, oddsMilli: number) {
  return { selectionId, pick: '', market: '', event: '', oddsMilli, odds: String(oddsMilli) };
}

describe('several selections on the slip', () => {
  const events = [event('a', [2000, 3000]), event('b', [2500]), event('c', [4000])];

  it('are put there and taken off by a press, and the page’s own makes room for the first', () => {
    const board = press(read(START, events), 'b-0', 'c-0');
    expect(ids(board)).toEqual(['b-0', 'c-0']);
    expect(ids(press(board, 'b-0'))).toEqual(['c-0']);
    expect(ids(press(read(START, events), 'a-0'))).toEqual(['a-0']);
  });

  it('stay empty once the customer has emptied them, whatever is read', () => {
    for (const emptied of [press(read(START, events), 'b-0', 'b-0'), reduceBoard(press(read(START, events), 'b-0'), { type: 'emptied' })]) {
      expect(ids(read(emptied, events))).toEqual([]);
      expect(ids(updated(emptied, events))).toEqual([]);
      expect(ids(press(read(emptied, events), 'c-0'))).toEqual(['c-0']);
    }
  });

  it('are no more than there is room for', () => {
    const many = Array.from({ length: MAX_PICKS + 2 }, (_, place) => event(`e${place}`, [2000]));
    const full = press(read(START, many), ...many.map((shown) => `${shown.id}-0`));
    expect([full.picks.length, ids(press(full, 'e0-0')).length]).toEqual([MAX_PICKS, MAX_PICKS - 1]);
  });

  it('are read with the events of their own, also those that are not listed', () => {
    const board = press(read(START, events), 'a-1', 'b-0', 'c-0');
    const [, b, c] = events;
    const others = reduceBoard(board, { type: 'read', answer: withFurther(answer([event('z', [2000])], { picked: event('a', [2000, 2800]) }), [b, c].filter((shown) => shown !== undefined)), at: 9_000 });
    expect(others.picks.map((picked) => standingOf(picked, others.prices).kind)).toEqual(['moved', 'open', 'open']);
    expect(reduceBoard(others, { type: 'accepted' }).picks.map(({ seen }) => seen?.milli)).toEqual([2800, 2500, 4000]);
    expect(isFollowed(updated(others, [event('z', [2000])]))).toBe(false);
    expect(isFollowed(updated(others, [event('z', [2000]), ...events]))).toBe(true);
  });

  it('are those before a reload that have not ended', () => {
    const remembering = boardAtStart(['a-0', 'b-0', 'c-0', 'x-0'].map((selection) => ({ event: selection.slice(0, 1), selection })));
    const over = [event('a', [2000]), event('b', [2500], { status: 'FINISHED' }), event('c', [null])];
    expect(ids(read(remembering, over))).toEqual(['a-0', 'c-0']);
  });

  it('come back at the odds that were seen, if their bet was not placed after all', () => {
    const taken = reduceBoard(press(read(START, events), 'a-1', 'b-0'), { type: 'taken', selections: ['a-1', 'b-0'] });
    expect(ids(taken)).toEqual([]);
    const legs = [leg('a-1', 3000), leg('b-0', 2500)];
    // The list has other events by now, or other odds.
    const elsewhere = read(taken, [event('b', [2400]), event('z', [2000])]);
    const back = comingBack(elsewhere, legs) ?? [];
    const board = reduceBoard(elsewhere, { type: 'restored', picks: back });
    expect(board.picks.map((picked) => standingOf(picked, board.prices).kind)).toEqual(['open', 'moved']);
    expect(ids(read(board, events))).toEqual(['a-1', 'b-0']);
    // Another bet is not made larger, and a part of one is not another bet.
    expect(comingBack(press(elsewhere, 'z-0'), legs)).toBeNull();
    expect(comingBack(elsewhere, [...legs, leg('y-0', 2000)])).toBeNull();
  });

  it('stand as the answer to a bet says, before prices say so', () => {
    const board = press(read(START, events), 'b-0', 'c-0');
    const odds = { milli: 2200, display: '6/5' };
    const told = reduceBoard(board, { type: 'repriced', selections: [{ id: 'b-0', status: 'OPEN', odds }] });
    expect(told.picks.map((picked) => standingOf(picked, told.prices))).toEqual([
      { kind: 'moved', odds },
      { kind: 'open', odds: { milli: 4000, display: '4000' } },
    ]);
    // A read that is older than the answer, such as one from a cache, changes nothing; the next news do.
    expect(read(told, events).picks[0]?.offer.selection.odds).toEqual(odds);
    const accepted = read(reduceBoard(told, { type: 'accepted' }), events);
    expect(accepted.picks.map((picked) => standingOf(picked, accepted.prices).kind)).toEqual(['open', 'open']);
    const later = read(told, [event('b', [2300]), event('c', [4000])]);
    expect(later.picks[0]?.offer.selection.odds?.milli).toBe(2300);
    expect(read(later, events).picks[0]?.offer.selection.odds?.milli).toBe(2500);
    const suspended = reduceBoard(board, { type: 'repriced', selections: [{ id: 'c-0', status: 'SUSPENDED', odds: null }] });
    expect(suspended.picks.map((picked) => standingOf(picked, suspended.prices).kind)).toEqual(['open', 'suspended']);
  });
});

describe('the events of further selections', () => {
  it('are asked for together, each at its place', async () => {
    const asked: object[] = [];
    const ask: Ask = (_operation, variables) => {
      asked.push(variables as object);
      return Promise.resolve({ data: { event1: event('b', [2000]), event2: null } as never, faults: [] });
    };
    const options = { token: null };
    await expect(readFurther(ask, 'northbet', [], options)).resolves.toEqual([]);
    const further = await readFurther(ask, 'northbet', ['b', 'c'], options);
    expect([further.map((shown) => shown.id), asked.length]).toEqual([['b'], 1]);
    expect(asked[0]).toEqual({ brand: 'northbet', id1: 'b', id2: 'c', has2: true, id3: '', has3: false });
  });

  it('are read some at a time, and in their order', async () => {
    const ask: Ask = (_document, variables) => {
      const { id1, id2, has2, id3, has3 } = variables as never;
      const shown = (name: string, has: boolean) => (has ? event(name, [2000]) : null);
      return Promise.resolve({ data: { event1: shown(id1, true), event2: shown(id2, has2), event3: shown(id3, has3) } as never, faults: [] });
    };
    for (let count = 1; count < MAX_PICKS; count += 1) {
      const wanted = Array.from({ length: count }, (_, place) => `event-${place}`);
      const further = await readFurther(ask, 'northbet', wanted, { token: null });
      expect(further.map((shown) => shown.id)).toEqual(wanted);
    }
  });

  it('are not taken for gone if they could not be read', async () => {
    const fault = { data: { event1: null } as never, faults: [{ message: 'not reached' }] };
    for (const failed of [{ data: null, faults: [] }, fault]) {
      await expect(readFurther(() => Promise.resolve(failed), 'northbet', ['b'], { token: null })).rejects.toThrow(Unreached);
    }
  });
});

describe('the list', () => {
  it('tells where odds went since the answer before, and not across a pause', () => {
    const before = read(START, [event('a', [2000, 3000, 4000])]);
    const after = read(before, [event('a', [2100, 2900, 4000])]);
    expect([...after.moves].map(([selection, { to }]) => [selection, to])).toEqual([['a-0', 'up'], ['a-1', 'down']]);
    expect(read(after, [event('a', [2100, 2900, 4000])]).moves.size).toBe(0);
    expect(read(reduceBoard(before, { type: 'failed' }), [event('a', [2100])]).moves.size).toBe(0);
  });

  it('grows by the next page, each event once', () => {
    const first = read(START, [event('a', [2000])], {}, true);
    expect(first.next).toBe('a');
    const grown = reduceBoard(first, { type: 'read-more', answer: answer([event('a', [2000]), event('b', [2000])]) });
    expect([grown.events.map((shown) => shown.id), grown.next]).toEqual([['a', 'b'], null]);
  });

  it('asks for one page at a time, and never for more than the graph gives at once', () => {
    const listed = createListed(10);
    expect([listed.begin(), listed.begin(), listed.count()]).toEqual([10, null, 10]);
    listed.end(0);
    while (listed.begin() !== null) listed.end(10);
    expect(listed.count()).toBe(MAX_LISTED);
    listed.end(10);
    expect(listed.count()).toBe(MAX_LISTED);
  });

  it('keeps what was known when events cannot be read, as paused', () => {
    const before = read(START, [event('a', [2000])]);
    const board = reduceBoard(before, { type: 'read', answer: { data: { sports: null, events: null }, faults: [] }, at: 9_000_000 });
    expect([board.prices, board.events.length, board.presentAt]).toEqual(['paused', 1, before.presentAt]);
  });
});

describe('days', () => {
  it('begin and end at midnight where the visitor is, in order', () => {
    const now = new Date(2026, 3, 8, 14);
    const { from, to } = dayAfter(now, 1);
    expect([new Date(from), new Date(to)]).toEqual([new Date(2026, 3, 9), new Date(2026, 3, 10)]);
    expect(dayNames(now, 'en-GB', ['Today', 'Tomorrow']).slice(0, 3)).toEqual(['Today', 'Tomorrow', 'Friday 10 April']);
  });
});

describe('polling', () => {
  it('reads while the page is seen, less often while that fails, and at once when it is seen again', async () => {
    vi.useFakeTimers();
    try {
      let [visible, works] = [true, true];
      const told: string[] = [];
      const reading = vi.fn(() => (works ? Promise.resolve(answer([])) : Promise.reject(new Error('cut'))));
      const poller = createEventPoller({
        read: reading,
        tell: ({ type }) => told.push(type),
        isVisible: () => visible,
        isFollowed: () => false,
        now: Date.now,
        random: () => 0.5,
      });
      poller.refresh();
      await vi.advanceTimersByTimeAsync(POLL_MS);
      expect(reading).toHaveBeenCalledTimes(2);
      works = false;
      await vi.advanceTimersByTimeAsync(POLL_MS);
      expect([told.at(-1), reading.mock.calls.length]).toEqual(['failed', 3]);
      await vi.advanceTimersByTimeAsync(POLL_MS);
      expect(reading).toHaveBeenCalledTimes(3);
      visible = false;
      poller.visibilityChanged();
      await vi.advanceTimersByTimeAsync(100 * POLL_MS);
      expect(reading).toHaveBeenCalledTimes(3);
      [visible, works] = [true, true];
      poller.visibilityChanged();
      await vi.advanceTimersByTimeAsync(0);
      expect(told.slice(-2)).toEqual(['returned', 'read']);
      poller.stop();
      await vi.advanceTimersByTimeAsync(100 * POLL_MS);
      expect(reading).toHaveBeenCalledTimes(4);
    } finally {
      vi.useRealTimers();
    }
  });
});
