import { describe, expect, it } from 'vitest';

import { summariesOf } from '../backoffice/src/analytics/summary.ts';
import { pressed, sorted, type Order } from '../backoffice/src/analytics/sorting.ts';

function answer(columns: readonly string[], ...rows: readonly (readonly (string | null)[])[]) {
  return { columns, rows };
}

function column(cells: readonly (string | null)[], isDown = false) {
  return sorted(answer(['a'], ...cells.map((cell) => [cell])), { column: 0, isDown }).map((row) => row[0]);
}

describe('the rows of an answer by a column', () => {
  it('have figures by size, and what is empty last in both directions', () => {
    expect(column(['10', null, '9', '-1.5', '1e3'])).toEqual(['-1.5', '9', '10', '1e3', null]);
    expect(column(['10', null, '9', '-1.5', '1e3'], true)).toEqual(['1e3', '10', '9', '-1.5', null]);
  });

  it('have pseudonyms by all of their digits', () => {
    expect(column(['12363907192238090199', '12363907192238090198', '2'])).toEqual(['2', '12363907192238090198', '12363907192238090199']);
  });

  it('have days, weeks and moments in time, and texts as people sort them', () => {
    expect(column(['2026-11-30', '2025-12-01', '2026-02-03'])).toEqual(['2025-12-01', '2026-02-03', '2026-11-30']);
    expect(column(['2026-W48', '2026-W9', '2025-W52'], true)).toEqual(['2026-W48', '2026-W9', '2025-W52']);
    expect(column(['b-10', 'b-2', 'A'])).toEqual(['A', 'b-2', 'b-10']);
  });

  it('stay as they came where they are equal, and whole', () => {
    const rows = answer(['brand', 'bets'], ['b', '1'], ['a', '2'], ['c', '1']);
    expect(sorted(rows, { column: 1, isDown: false })).toEqual([['b', '1'], ['c', '1'], ['a', '2']]);
    expect(sorted(rows, null)).toBe(rows.rows);
  });

  it('go up, down, and back to the order of the answer', () => {
    const orders: (Order | null)[] = [pressed(null, 1)];
    for (let press = 0; press < 2; press += 1) orders.push(pressed(orders.at(-1) ?? null, 1));
    expect(orders).toEqual([{ column: 1, isDown: false }, { column: 1, isDown: true }, null]);
    expect(pressed({ column: 0, isDown: true }, 1)).toEqual({ column: 1, isDown: false });
  });
});

describe('the summary of a column', () => {
  it('have the number of values, the ends, and the sum and mean of what measures something', () => {
    const [day, stakes] = summariesOf(answer(['day', 'stakes'], ['2026-11-25', '0.1'], ['2026-11-24', '0.2'], ['2026-11-24', null], ['2026-11-23', '1234']));
    expect(day).toEqual({ column: 'day', distinct: 3, empty: 0, ends: { least: '2026-11-23', greatest: '2026-11-25' }, sum: '', mean: '' });
    expect(stakes).toMatchObject({ distinct: 3, empty: 1, sum: '1,234.3', mean: '411.43' });
  });

  it('sum no names, and have no ends where all is the same or empty', () => {
    const [customer, none] = summariesOf(answer(['customer', 'none'], ['12363907192238090199', null]));
    expect(customer).toMatchObject({ distinct: 1, ends: null, sum: '', mean: '' });
    expect(none).toEqual({ column: 'none', distinct: 0, empty: 1, ends: null, sum: '', mean: '' });
  });
});
