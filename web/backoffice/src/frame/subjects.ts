/** What things are called that proposals and the audit log are about. */
import { rewardName } from './names.ts';
import { weekName } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

/** Return the name of a subject such as `content:northbet:fb-5`; null if it is about a customer, or has no name. */
export function subjectName(subject: string | null): string | null {
  const [type = '', first = '', second = '', third = ''] = (subject ?? '').split(':');
  switch (type) {
    case 'content':
    case 'reward': {
      const name = rewardName(first, second);
      return name === second ? null : `“${name}”`;
    }
    case 'budget':
      return `“${rewardName(first, second)}”, ${weekOrEvery(third)}`;
    case 'goodwill-budget':
      return `${second}, ${weekOrEvery(third)}`;
    case 'week':
      return weekName(second);
    case 'scheme':
      return [second, third].filter((part) => part !== '').join(', ');
    case 'provider':
    case 'payouts':
      return first;
    default:
      return null;
  }
}

function weekOrEvery(week: string): string {
  return week === 'every-week' ? WORDS.home.everyWeek : weekName(week);
}
