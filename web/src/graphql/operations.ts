/** The operations of this page: those of `contracts/`, and small ones of the page's own. */
import betslip from '@contracts/betslip.graphql?raw';
import mutations from '@contracts/mutations.graphql?raw';

import type { BetslipData, ClubPayload, Preview, RecentBet } from './types';

/** A document, the name of the operation to run, and the types of its variables and data. */
export interface Operation<Data, Variables> {
  readonly text: string;
  readonly name: string;
  /** Never present: it only carries the types. */
  readonly types?: (variables: Variables) => Data;
}

export const BETSLIP: Operation<BetslipData, { brand: string }> = { text: betslip, name: 'Betslip' };

export interface OptInInput {
  readonly brand: string;
  readonly termsVersion: string;
  readonly idempotencyKey: string;
}
export const OPT_IN: Operation<{ optIn: ClubPayload }, { input: OptInInput }> = {
  text: mutations,
  name: 'OptIn',
};

export interface OptOutInput {
  readonly brand: string;
  readonly idempotencyKey: string;
}
export const OPT_OUT: Operation<{ optOut: ClubPayload }, { input: OptOutInput }> = {
  text: mutations,
  name: 'OptOut',
};

export interface ChangeRewardInput {
  readonly brand: string;
  readonly optionId: string;
  readonly expectedVersion: number;
  readonly idempotencyKey: string;
}
export const CHANGE_REWARD: Operation<{ changeReward: ClubPayload }, { input: ChangeRewardInput }> = {
  text: mutations,
  name: 'ChangeReward',
};

export interface PreviewInput {
  readonly brand: string;
  readonly stakeMinor: number;
  readonly currency: string;
  readonly oddsMilli: number;
  readonly betType: 'SINGLE';
  readonly product: 'BETTING';
}
export const PREVIEW: Operation<{ betslipPreview: Preview | null }, { input: PreviewInput }> = {
  name: 'SlipPreview',
  text: `query SlipPreview($input: BetslipInput!) {
  betslipPreview(input: $input) {
    counts
    counted { minor display }
    reason
    progressAfter { percent staked { display } }
  }
}`,
};

interface RecentBetsData {
  readonly club: { readonly progress: { readonly recentBets: readonly RecentBet[] } | null } | null;
}
export const RECENT_BETS: Operation<RecentBetsData, { brand: string; week: string }> = {
  name: 'RecentBets',
  text: `query RecentBets($brand: ID!, $week: ID) {
  club(brand: $brand, week: $week) {
    id
    progress {
      recentBets(first: 5) { betId placedAt stake { display } counted { display } reason }
    }
  }
}`,
};

interface TermsData {
  readonly club: { readonly terms: { readonly version: string; readonly summary: string } } | null;
}
export const TERMS: Operation<TermsData, { brand: string }> = {
  name: 'TermsSummary',
  text: `query TermsSummary($brand: ID!) {
  club(brand: $brand) { id terms { version summary } }
}`,
};
