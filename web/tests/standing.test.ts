/** What is shown of a club, and what is said about it. */
import { describe, expect, it } from 'vitest';

import { localeFor } from '@furlong/club';

import { CLUB, money, OPTION } from './example';
import { NO_NOTICE } from '../packages/club/src/changes/notice';
import { INELIGIBLE_REASONS, type Club, type Preview, type RecentBet } from '../packages/client/src/operations/types';
import { whyCounted } from '../packages/club/src/records/contribution';
import { inOrder, markOf } from '../packages/club/src/rewards/RewardList';
import { announce } from '../packages/club/src/tracker/Announcer';
import { countedInWords, MAX_NAMED } from '../packages/club/src/tracker/CountedLine';
import { previewInWords } from '../packages/club/src/tracker/PreviewLine';
import {
  dealSentence,
  rewardSentence,
  sentenceForIneligible,
  shownStake,
  standingOf,
  storyOf,
  whyNoChange,
  wonSentence,
} from '../packages/club/src/tracker/standing';

const locale = localeFor(['en-GB']);
const { words } = locale;
const VISITOR: Club = { ...CLUB, state: 'NOT_OPTED_IN', membership: { ...CLUB.membership, optedIn: false, canOptIn: true } };
const CLOSED = { ...CLUB.week, state: 'CLOSED' as const };

function marked(club: Club): string {
  return markOf(OPTION, club.choice, standingOf(club));
}

describe('a reward', () => {
  it('is nobody’s before joining, and after leaving', () => {
    expect(marked(VISITOR)).toBe('none');
    expect(standingOf(VISITOR)).toMatchObject({ mayChoose: false, mayJoin: true });
  });

  it('is a member’s by default until they choose', () => {
    expect(marked(CLUB)).toBe('by-default');
    expect(CLUB.choice && marked({ ...CLUB, choice: { ...CLUB.choice, isDefault: false } })).toBe('chosen');
  });

  it('stays with the customer who leaves after reaching the target', () => {
    const left: Club = { ...VISITOR, state: 'QUALIFIED' };
    expect(marked(left)).toBe('chosen');
    expect(storyOf(left, words)).toBe(words.keptAfterLeaving);
  });

  it('of a missed week is not shown at all', () => {
    expect(standingOf({ ...CLUB, state: 'MISSED', week: CLOSED })).toMatchObject({ showsRewards: false, mayChoose: false });
  });

  it('of a week that is over is the customer’s own, and no default any more', () => {
    expect(marked({ ...CLUB, state: 'CREDITED', week: CLOSED })).toBe('chosen');
  });
});

describe('an ineligible customer', () => {
  it('sees nothing of the club where rules of safer gambling say so, or for a reason that is not known', () => {
    const silent = INELIGIBLE_REASONS.filter((reason) => sentenceForIneligible(reason, words) === null);
    expect(silent).toEqual(['SELF_EXCLUDED', 'RG_RESTRICTED', 'ACCOUNT_CLOSED', 'NOT_OFFERED']);
    expect(sentenceForIneligible('LATER' as (typeof INELIGIBLE_REASONS)[number], words)).toBeNull();
    expect(sentenceForIneligible(null, words)).toBeNull();
  });
});

describe('a button that does nothing', () => {
  it('says why: a change is being sent or confirmed', () => {
    const pending = { ...CLUB, membership: { ...CLUB.membership, pending: true } };
    expect(whyNoChange(CLUB, NO_NOTICE, words)).toBeNull();
    expect(whyNoChange(pending, NO_NOTICE, words)).toBe(words.whyBusy);
    expect(whyNoChange(CLUB, { kind: 'sending', change: { kind: 'opt-out', brand: 'b' } }, words)).toBe(words.whySending);
  });
});

describe('what is announced', () => {
  const before = CLUB.progress;
  if (before === null) throw new Error('the example has progress');
  const after = (minor: number, qualified = false) => ({ ...before, staked: money(minor), qualified });

  it('is the target, once it is reached', () => {
    const heard = { progress: before, text: '' };
    expect(announce(heard, after(2500, true), locale)).toBe('You’ve reached this week’s target: £25.00 of £25.00.');
  });

  it('is nothing new while nothing changes', () => {
    expect(announce({ progress: before, text: 'said before' }, { ...before }, locale)).toBe('said before');
  });

  it('is a lower sum after a void', () => {
    expect(announce({ progress: before, text: '' }, after(0), locale)).toContain('A result has changed');
  });
});

describe('what a bet adds', () => {
  const preview: Preview = {
    counts: true,
    counted: money(500),
    reason: 'COUNTED',
    progressAfter: { percent: 40, staked: money(1000) },
    minOddsMilli: 1500,
    minStake: money(100),
  };
  const target = money(2500);

  it('is told to members with its outcome, and to others as what joining would bring', () => {
    expect(previewInWords(preview, target, true, locale)).toBe('This bet adds £5.00, taking you to £10.00 of £25.00.');
    expect(previewInWords(preview, target, false, locale)).toBe('Join and this bet adds £5.00.');
  });

  it('is told without the target once that is reached', () => {
    const over = { ...preview, progressAfter: { percent: 100, staked: money(2600) } };
    expect(previewInWords(over, target, true, locale)).toBe('This bet adds £5.00, taking your total to £26.00.');
  });

  it.each([
    ['BELOW_MIN_ODDS', 'Won’t count: minimum odds are 1.50.'],
    ['BELOW_MIN_STAKE', 'Won’t count: the minimum stake is £1.00.'],
    ['FREE_BET_STAKE', 'Won’t count: free bet stakes don’t qualify.'],
    ['OUTSIDE_WEEK', words.contributions.OUTSIDE_WEEK],
  ] as const)('is the reason with what would count, if it adds nothing: %s', (reason, text) => {
    expect(previewInWords({ ...preview, counts: false, reason }, target, true, locale)).toBe(text);
    const bare = { ...preview, counts: false, reason, minOddsMilli: null, minStake: null };
    expect(previewInWords(bare, target, true, locale)).toBe(words.slipReasons[reason] ?? words.contributions[reason]);
  });
});

describe('why a bet does not count', () => {
  const bet: RecentBet = {
    betId: 'b-1',
    placedAt: '2026-03-25T14:03:11Z',
    stake: money(50),
    counted: money(0),
    reason: 'BELOW_MIN_ODDS',
    oddsMilli: 1200,
    minOddsMilli: 1500,
    minStake: money(100),
  };

  it.each([
    ['en-GB', 'BELOW_MIN_ODDS', 'Didn’t count: odds were 1.20, the minimum is 1.50.'],
    ['en-GB', 'BELOW_MIN_STAKE', 'Didn’t count: your stake was £0.50, the minimum is £1.00.'],
    ['de', 'BELOW_MIN_ODDS', 'Zählt nicht: Die Quote war 1,20, das Minimum ist 1,50.'],
    ['it', 'BELOW_MIN_ODDS', 'Non vale: la quota era 1,20, il minimo è 1,50.'],
    ['en-GB', 'VOID', words.contributions.VOID],
  ] as const)('is told with the numbers that decided: %s %s', (tag, reason, text) => {
    expect(whyCounted({ ...bet, reason }, localeFor([tag]))).toBe(text);
  });

  it('is told without them where they are not known', () => {
    expect(whyCounted({ ...bet, oddsMilli: null }, locale)).toBe(words.contributions.BELOW_MIN_ODDS);
  });
});

describe('after the target', () => {
  const PROGRESS = { ...(CLUB.progress ?? fail()), staked: money(3100), percent: 100, qualified: true };
  const WON: Club = { ...CLUB, state: 'QUALIFIED', progress: PROGRESS };
  const london = localeFor(['en-GB'], 'Europe/London');

  function fail(): never {
    throw new Error('the example has progress');
  }

  it('it says what is earned, and from when it is credited: once the week closes', () => {
    const text = 'You’ve earned: £5 free bet. We’ll credit it from Monday 30 March at 12:00.';
    expect(wonSentence(WON, london)).toBe(text);
    expect(wonSentence(CLUB, london)).toBeNull();
    expect(wonSentence({ ...WON, week: CLOSED }, london)).toBeNull();
  });

  it('the sum stops at the target, and later bets are not announced', () => {
    expect(shownStake(PROGRESS)).toEqual(money(2500));
    expect(announce({ progress: PROGRESS, text: 'as before' }, { ...PROGRESS, staked: money(3600) }, london)).toBe('as before');
  });
});

describe('the closed tracker', () => {
  it('tells the deal to whom it is open, and to nobody else', () => {
    const visitor: Club = { ...VISITOR, progress: CLUB.progress };
    expect(dealSentence(visitor, locale)).toBe('Bet £25 this week, get: £5 free bet.');
    expect(dealSentence(CLUB, locale)).toBeNull();
    expect(dealSentence({ ...visitor, paused: true }, locale)).toBeNull();
    expect(dealSentence({ ...visitor, state: 'QUALIFIED' }, locale)).toBeNull();
    expect(dealSentence({ ...visitor, week: CLOSED }, locale)).toBeNull();
    expect(dealSentence({ ...visitor, choice: null }, locale)).toBeNull();
    expect(dealSentence({ ...visitor, membership: { ...visitor.membership, pending: true } }, locale)).toBeNull();
  });

  it('tells members what they get at the target, until they have reached it', () => {
    expect(rewardSentence(CLUB, locale)).toBe('Reward at £25: £5 free bet.');
    expect(rewardSentence(VISITOR, locale)).toBeNull();
    expect(rewardSentence({ ...CLUB, progress: CLUB.progress && { ...CLUB.progress, qualified: true } }, locale)).toBeNull();
  });
});

describe('the rewards', () => {
  it('that can be chosen come first, each in its order', () => {
    const [first, paused, last] = ['a', 'b', 'c'].map((id) => ({ ...OPTION, id, available: id !== 'b' }));
    if (first === undefined || paused === undefined || last === undefined) throw new Error('there are three');
    expect(inOrder([paused, first, last])).toEqual([first, last, paused]);
  });
});

describe('what counts', () => {
  const sport = { name: 'Horse racing' };
  const festival = { name: 'Cheltenham Festival', sport };

  it('is named: a competition with its sport', () => {
    const named = { sports: [{ name: 'Tennis' }], competitions: [festival], events: [{ name: 'Aldmere v Wickford' }] };
    expect(countedInWords(named, locale)).toBe('Only bets on Tennis, Cheltenham Festival (Horse racing) or Aldmere v Wickford count.');
    expect(countedInWords({ sports: [], competitions: [festival], events: [] }, localeFor(['de']))).toBe('Nur Wetten auf Cheltenham Festival (Horse racing) zählen.');
  });

  it('is more than what is named, if there is more or some have no name', () => {
    const others = 'Only bets on Tennis or other chosen events count.';
    expect(countedInWords({ sports: [{ name: 'Tennis' }], competitions: [null], events: [] }, locale)).toBe(others);
    const many = Array.from({ length: MAX_NAMED + 1 }, (_, place) => ({ name: `Sport ${place}` }));
    expect(countedInWords({ sports: many, competitions: [], events: [] }, locale)).toMatch(/, Sport 4,? or other chosen events count\.$/u);
  });

  it('is not said while nothing of it has a name', () => {
    expect(countedInWords({ sports: [], competitions: [null], events: [null] }, locale)).toBeNull();
  });
});
