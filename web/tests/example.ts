/** A club, its parts and its answers, for the tests. */
import type { Club, ClubPayload, RewardOption } from '../packages/client/src/operations/types';

export function money(minor: number) {
  return { minor, currency: 'GBP', display: `£${(minor / 100).toFixed(2)}` };
}

export const OPTION: RewardOption = {
  id: 'northbet:fb-5:3',
  kind: 'FREE_BET',
  product: 'BETTING',
  value: money(500),
  spins: null,
  title: '£5 free bet',
  summary: 'One free bet of £5.',
  imageUrl: null,
  significantTerms: 'Stake not returned.',
  termsUrl: 'https://northbet.example/terms/fb-5',
  expiresInDays: 7,
  available: true,
  unavailableReason: null,
};

export const CLUB: Club = {
  id: 'club-1',
  state: 'TRACKING',
  ineligibleReason: null,
  paused: false,
  brand: { id: 'northbet', name: 'Northbet', timeZone: 'Europe/London', theme: [] },
  week: {
    id: 'northbet:2026-W13',
    isoWeek: '2026-W13',
    startsAt: '2026-03-23T00:00:00Z',
    endsAt: '2026-03-29T23:00:00Z',
    provisionalUntil: '2026-03-30T11:00:00Z',
    state: 'OPEN',
  },
  terms: { version: '2', url: 'https://northbet.example/terms' },
  membership: { optedIn: true, pending: false, version: 1, canOptIn: false, blockedReason: null },
  progress: {
    staked: money(500),
    target: money(2500),
    remaining: money(2000),
    percent: 20,
    qualified: false,
    countedBets: 1,
    asOf: '2026-03-25T14:03:11Z',
  },
  options: [OPTION],
  choice: {
    version: 0,
    locked: false,
    locksAt: '2026-03-29T23:00:00Z',
    isDefault: true,
    notice: null,
    pending: false,
    option: { id: OPTION.id, title: OPTION.title },
  },
  fulfilment: null,
};

export const PAYLOAD = {
  errors: [],
  club: {
    id: CLUB.id,
    state: 'NOT_OPTED_IN',
    membership: { optedIn: false, pending: false, version: 2 },
    progress: { percent: 20, remaining: { display: '£20.00' } },
    choice: { version: 1, pending: false, option: { id: 'northbet:boost:1', title: 'Bet boost' } },
  },
} as const satisfies ClubPayload;
