/** ISO weeks in words. */
import { expect, it } from 'vitest';

import { weekInWords } from '../src/tracker/week';

it.each([
  ['2026-W13', 'Week 13', '23', '29 March'],
  ['2026-W14', 'Week 14', '30 March', '5 April'],
  ['2026-W01', 'Week 1', '29 December', '4 January'],
  ['2026-W53', 'Week 53', '28 December', '3 January'],
])('%s is %s, from Monday to Sunday', (isoWeek, title, monday, sunday) => {
  const words = weekInWords(isoWeek);
  expect(words.title).toBe(title);
  expect(words.days).toMatch(new RegExp(`^${monday}.*${sunday}`, 'u'));
});

it('shows a name of another form as it is', () => {
  expect(weekInWords('2026-13')).toEqual({ title: '2026-13', days: '' });
});
