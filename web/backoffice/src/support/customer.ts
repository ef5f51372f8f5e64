/** A customer in words: where they stand, and whether they can take part. */
import { countryName } from '../events/board/words.ts';
import { rewardName } from '../frame/names.ts';
import { moment } from '../time/moments.ts';
import { WORDS } from '../words/index.ts';

import type { Customer, Customers, ShownWeek } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

const STATUS_TONES: Readonly<Record<string, Tone>> = { active: 'good', suspended: 'warning', closed: 'neutral' };

const INELIGIBLE: Readonly<Record<string, string>> = WORDS.support.ineligible;
const EXCLUDED_BY: Readonly<Record<string, string>> = WORDS.support.excludedBy;

function sentence(text: string): string {
  const words = text.replaceAll('_', ' ').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Return what protects the customer from gambling, in words; null if nothing does. */
function exclusion({ rgState }: NonNullable<Customer['account']>): string | null {
  return rgState === 'none' ? null : (EXCLUDED_BY[rgState] ?? sentence(rgState));
}

/** Return the state of the account as a word with its tone; what protects the customer from gambling comes first. */
export function accountState({ account }: Customer): { readonly label: string; readonly tone: Tone } {
  const excluded = account === null ? null : exclusion(account);
  if (account !== null && excluded !== null) return { label: account.status === 'active' ? excluded : `${excluded} · ${sentence(account.status)}`, tone: 'bad' };
  return account === null ? { label: WORDS.support.noAccountYet, tone: 'waiting' } : { label: sentence(account.status), tone: STATUS_TONES[account.status] ?? 'neutral' };
}

/** Return whether the customer is a member, and since when. */
export function membership({ member, memberSince, brand }: Customer): string {
  return member ? WORDS.support.memberSince({ memberSince: moment(memberSince, brand) }) : WORDS.support.notAMember;
}

/** Return the account and what keeps the customer from taking part, as labels with what they say. */
export function accountFacts(customer: Customer): readonly (readonly [string, string])[] {
  const { account, ineligibleReason, brand } = customer;
  const part = [WORDS.support.canTakePart, ineligibleReason === null ? WORDS.support.yes : WORDS.support.noBecause({ ineligibleReason: INELIGIBLE[ineligibleReason] ?? ineligibleReason.replaceAll('_', ' ').toLowerCase() })] as const;
  if (account === null) return [[WORDS.common.account, WORDS.support.notReceivedYet], part];
  const excluded = [exclusion(account), account.promoRestricted ? WORDS.support.fromPromotions : null].filter((one) => one !== null);
  return [
    [WORDS.support.verified, account.verified ? WORDS.support.yes : WORDS.support.no],
    [WORDS.support.exclusions, excluded.join(', ') || WORDS.common.none],
    part,
    [WORDS.common.where, `${countryName(account.jurisdiction)}, ${account.currency}`],
    [WORDS.common.since, moment(account.since, brand)],
  ];
}

/** Return how many bets count, in words. */
export function countInWords(bets: number): string {
  return WORDS.support.betsCount({ bets });
}

/** Return the reward of a week by its title, and whether the customer chose it. */
export function rewardInWords(brand: string, { reward, isChosen }: ShownWeek): string {
  if (reward === null) return WORDS.common.none;
  return isChosen ? WORDS.support.chosen({ reward: rewardName(brand, reward) }) : WORDS.support.default({ reward: rewardName(brand, reward) });
}

/** Return the page of the customer whose whole id, or whose bet's, was looked for; null: it was a part of one. */
export function pageOfExact({ nodes }: Customers['customers'], by: string, wanted: string): string | null {
  const page = (id: string) => `/customers/${encodeURIComponent(id)}/show`;
  if (by === 'bet') return nodes[0] === undefined ? null : `${page(nodes[0].id)}?bet=${encodeURIComponent(wanted)}`;
  const exact = nodes.find(({ customerId }) => customerId === wanted);
  return exact === undefined ? null : page(exact.id);
}
