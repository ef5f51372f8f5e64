/** What support's screens ask of the admin graph, and the answers they get. */
import type { WeekAmounts } from './adjustment.ts';

export interface Brand {
  readonly id: string;
  readonly name: string;
}

export interface Found {
  readonly id: string;
  readonly customerId: string;
}

export interface Hold {
  readonly id: string;
  readonly reason: string;
  readonly putBy: string;
  readonly putAt: string;
  readonly liftReason: string | null;
  readonly liftedBy: string | null;
  readonly liftedAt: string | null;
}

export interface Customer {
  readonly id: string;
  readonly brand: string;
  readonly customerId: string;
  readonly account: {
    readonly revision: number;
    readonly status: string;
    readonly verified: boolean;
    readonly jurisdiction: string;
    readonly currency: string;
    readonly rgState: string;
    readonly promoRestricted: boolean;
    readonly since: string;
  } | null;
  readonly member: boolean;
  readonly memberSince: string | null;
  readonly ineligibleReason: string | null;
  readonly week: WeekAmounts & { readonly shown: string; readonly countedBets: number };
}

export interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly arrivedAt: string | null;
  readonly title: string;
  readonly waitsUntil: string | null;
  readonly betId: string | null;
  readonly counted: boolean | null;
  readonly topic: string | null;
  readonly messageKey: string | null;
  readonly messageId: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
}

export interface Explanation {
  readonly betId: string;
  readonly counted: boolean;
  readonly reason: string;
  readonly sentence: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}

export interface GoodwillOffer {
  readonly isoWeek: string;
  readonly currency: string;
  readonly leftMinor: number;
  readonly refusal: string | null;
  readonly rewards: readonly {
    readonly id: string;
    readonly rewardId: string;
    readonly kind: string;
    readonly valueMinor: number;
    readonly currency: string;
  }[];
  readonly causes: readonly { readonly cause: string; readonly words: string }[];
}

export interface PageOf<T> {
  readonly nodes: readonly T[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

export interface BetRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly revision: number;
  readonly occurredAt: string;
  readonly arrivedAt: string;
  readonly arrivalByBroker: boolean;
}

export const SEARCH = `query Customers($brand: String!, $search: String!, $after: String) {
  customers(brand: $brand, search: $search, first: 25, after: $after) { nodes { id customerId } endCursor hasNextPage }
}`;
export const OF_BET = `query OfBet($brand: String!, $betId: String!) {
  customerOfBet(brand: $brand, betId: $betId) { id customerId }
}`;
export const CUSTOMER = `query Customer($id: ID!) {
  customer(id: $id) {
    id brand customerId member memberSince ineligibleReason
    account { revision status verified jurisdiction currency rgState promoRestricted since }
    week { isoWeek shown countedBets totalMinor targetMinor currency }
  }
  legalHolds(customer: $id) { id reason putBy putAt liftReason liftedBy liftedAt }
}`;
export const WEEK = `query CustomerWeek($customer: ID!, $isoWeek: String!) {
  customerWeek(customer: $customer, isoWeek: $isoWeek) { isoWeek totalMinor targetMinor currency }
}`;
export const TIMELINE = `query Timeline($customer: ID!, $after: String) {
  timeline(customer: $customer, first: 25, after: $after) {
    nodes { id kind at arrivedAt title waitsUntil betId counted topic messageKey messageId partition offset }
    endCursor hasNextPage
  }
}`;
export const EXPLAIN = `query Why($brand: String!, $betId: String!) {
  betExplanation(brand: $brand, betId: $betId) { betId counted reason sentence facts { label value } }
}`;
export const RECORD = `query Record($brand: String!, $betId: String!) {
  betRecord(brand: $brand, betId: $betId) { topic partition offset revision occurredAt arrivedAt arrivalByBroker }
}`;
export const ADJUST = `mutation Adjust($input: ProposeAdjustmentInput!) { proposeAdjustment(input: $input) { proposalId } }`;
export const GOODWILL_OFFER = `query Goodwill($customer: ID!) {
  goodwillOffer(customer: $customer) {
    isoWeek currency leftMinor refusal
    rewards { id rewardId kind valueMinor currency }
    causes { cause words }
  }
}`;
export const GIVE_GOODWILL = `mutation GiveGoodwill($input: ProposeGoodwillInput!) { proposeGoodwill(input: $input) { proposalId } }`;
export const EXPORT = `mutation Export($input: CustomerReasonInput!) { exportCustomer(input: $input) { jobId } }`;
export const EXPORTED = `query Exported($jobId: ID!) { customerExport(jobId: $jobId) }`;
export const JOB = `query ExportJob($id: ID!) { job(id: $id) { status error } }`;
export const ERASE = `mutation Erase($input: CustomerReasonInput!) { proposeErasure(input: $input) { proposalId } }`;
export const PUT_HOLD = `mutation PutHold($input: CustomerReasonInput!) { putLegalHold(input: $input) { id } }`;
export const LIFT_HOLD = `mutation LiftHold($input: LiftLegalHoldInput!) { liftLegalHold(input: $input) { id } }`;
