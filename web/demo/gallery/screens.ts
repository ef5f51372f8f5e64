/** All screens: the recorded scenarios, and states that only the page has. */
import type { Ask, Club, PastWeek, Preview, RewardOption, Session } from '@furlong/client';
import type { Tracker, TrackerCardProps } from '@furlong/club';

import {
  CLUB_STATES,
  CONTRIBUTION_REASONS,
  ERROR_CODES,
  FULFILMENT_STATUSES,
  UNAVAILABLE_REASONS,
} from '@furlong/client';

import { ANSWERS, answerOf, askFrom, type ScenarioAnswer } from './answers';

type Notice = TrackerCardProps['notice'];

export interface Screen {
  readonly id: string;
  readonly says: string;
  readonly tracker: Tracker;
  readonly notice: Notice;
  readonly preview: Preview | null;
  readonly ask: Ask;
  readonly session: Session;
  /** Whether the details are initially open. */
  readonly open: boolean;
}

const NONE: Notice = { kind: 'none' };
const SESSION: Session = { brand: 'northbet', token: 'gallery', customer: 'c-1001' };

function screen(id: string, says: string, answer: ScenarioAnswer, more: Partial<Screen> = {}): Screen {
  return {
    id,
    says,
    tracker: shown(answer.club),
    notice: NONE,
    preview: answer.preview,
    ask: askFrom(answer),
    session: { ...SESSION, brand: answer.brand },
    open: true,
    ...more,
  };
}

function shown(club: Club, more: object = {}): Tracker {
  return { kind: 'club', club, readAt: Date.parse('2026-04-08T14:00:00Z'), stale: false, unreached: [], ...more };
}

const TRACKING = answerOf('tracking');
const PENDING = answerOf('choice-pending');
/** Scenarios whose fault begins with the next request, and which look like others until then. */
const scenarios = Object.entries(ANSWERS)
  .filter(([name]) => !/^(?:upstream|gateway)-/u.test(name))
  .map(([name, answer]) => screen(name, answer.says, answer));

const PLAIN_SAYS = {
  nothing: 'Nothing is known yet: the room is kept.',
  anonymous: 'Not signed in.',
  'signed-out': 'The session has ended.',
  forbidden: 'Signed in to another brand.',
  unreached: 'The club cannot be read, and nothing is known.',
} as const;
const plain = (['nothing', 'anonymous', 'signed-out', 'forbidden', 'unreached'] as const).map((kind) =>
  screen(kind, PLAIN_SAYS[kind], TRACKING, { tracker: { kind } }),
);

const reads = [
  screen('stale', 'The newest answer is late: what was known stays.', TRACKING, {
    tracker: shown(TRACKING.club, { stale: true }),
  }),
  screen('progress-unreached', 'Progress cannot be reached, and was never known.', TRACKING, {
    tracker: shown({ ...TRACKING.club, state: null, progress: null }, { unreached: ['state', 'progress'] }),
    preview: null,
    ask: askFrom(null),
  }),
  screen('rewards-unreached', 'The catalogue cannot be reached.', TRACKING, {
    tracker: shown({ ...TRACKING.club, options: null, choice: null }, { unreached: ['options', 'choice'] }),
    ask: askFrom(null),
  }),
];

const CHANGE = { kind: 'change-reward', brand: 'northbet', optionId: 'northbet:bb-25:1', expectedVersion: 0 } as const;
const paused = [
  screen('paused', 'The operator has paused the club.', TRACKING, { tracker: shown({ ...TRACKING.club, paused: true }) }),
  screen('paused-new', 'The club is paused before the customer has joined.', answerOf('new'), {
    tracker: shown({ ...answerOf('new').club, paused: true }),
  }),
];

const notices = [
  screen('sending', 'A change is being sent.', TRACKING, { notice: { kind: 'sending', change: CHANGE } }),
  screen('pending-named', 'A pending change names the reward that was asked for.', PENDING, {
    notice: { kind: 'pending', change: CHANGE },
    open: false,
  }),
  screen('unknown', 'There was no answer to a change.', TRACKING, {
    notice: { kind: 'unknown', change: CHANGE },
    open: false,
  }),
  screen('done-join', 'Joined.', answerOf('joined'), {
    notice: { kind: 'done', change: { kind: 'opt-in', brand: 'northbet', termsVersion: '2026-1' } },
    open: false,
  }),
  screen('done-leave', 'Left.', answerOf('left'), {
    notice: { kind: 'done', change: { kind: 'opt-out', brand: 'northbet' } },
    open: false,
  }),
  screen('done-choice', 'Another reward chosen.', answerOf('chosen'), {
    notice: { kind: 'done', change: { ...CHANGE, optionId: 'northbet:fb-2x3:1' } },
    open: false,
  }),
  ...ERROR_CODES.map((code) =>
    screen(`error-${code}`, `A change refused with ${code}.`, TRACKING, {
      notice: { kind: 'refused', errors: [{ code, message: '' }] },
      open: false,
    }),
  ),
];

const previews = CONTRIBUTION_REASONS.map((reason) => {
  const counts = reason === 'COUNTED' || reason === 'PARTIAL_VOID';
  const preview = TRACKING.preview === null ? null : { ...TRACKING.preview, counts, reason };
  return screen(`preview-${reason}`, `The slip would give ${reason}.`, TRACKING, { preview, open: false });
});

const [first, ...others] = TRACKING.club.options ?? [];
const unavailable = UNAVAILABLE_REASONS.map((reason, index): RewardOption | undefined => {
  const option = others[index];
  return option && { ...option, available: false, unavailableReason: reason };
});
const rewards = [
  screen('unavailable', 'A reward for each reason why it cannot be chosen.', TRACKING, {
    tracker: shown({ ...TRACKING.club, options: [first, ...unavailable].filter((option) => option !== undefined) }),
  }),
  screen('withdrawn', 'The chosen reward was withdrawn.', TRACKING, {
    tracker: shown({
      ...TRACKING.club,
      choice: TRACKING.club.choice && { ...TRACKING.club.choice, notice: 'REWARD_WITHDRAWN' },
    }),
  }),
  screen('long-titles', 'Titles of 37 letters, as one word and as many.', TRACKING, {
    tracker: shown({
      ...TRACKING.club,
      options: [
        ...(first ? [{ ...first, title: 'Wochenendkombiwettengratiseinsatzprämie' }] : []),
        ...others.slice(0, 1).map((option) => ({ ...option, title: 'Two £3 free bets on any weekend horses' })),
      ],
    }),
  }),
  screen('large-amounts', 'Amounts of nine digits.', TRACKING, {
    tracker: shown({ ...TRACKING.club, progress: withSums(TRACKING.club, 1_234_567_890, 2_147_483_647) }),
  }),
  screen('dinars', 'A currency of three decimals.', TRACKING, {
    tracker: shown({ ...TRACKING.club, progress: withSums(TRACKING.club, 12_500, 25_000, 'KWD') }),
    preview: null,
  }),
];

function withSums(club: Club, staked: number, target: number, currency = 'GBP'): Club['progress'] {
  const money = (minor: number) => ({ minor, currency, display: '' });
  return club.progress && { ...club.progress, staked: money(staked), target: money(target), percent: 57 };
}

/** A past week in each state, and with each status of its payment. */
const CREDITED = answerOf('credited').pastWeeks[0];
const pastWeeks: readonly PastWeek[] =
  CREDITED === undefined
    ? []
    : [
        ...CLUB_STATES.map((state, index) => ({
          ...CREDITED,
          id: `state-${state}`,
          state,
          fulfilment: null,
          week: { isoWeek: `2026-W${10 + index}`, state: 'CLOSED' as const },
        })),
        ...FULFILMENT_STATUSES.map((status, index) => ({
          ...CREDITED,
          id: `status-${status}`,
          fulfilment: CREDITED.fulfilment && { ...CREDITED.fulfilment, status },
          week: { isoWeek: `2026-W${30 + index}`, state: 'CLOSED' as const },
        })),
      ];
const records = [
  screen('every-past-week', 'An earlier week in each state, and with each status of its payment.', TRACKING, {
    ask: askFrom({ ...TRACKING, pastWeeks }),
  }),
];

export const SCREENS: readonly Screen[] = [...scenarios, ...plain, ...reads, ...paused, ...notices, ...previews, ...rewards, ...records];
