/** The page's operations and types against the contract's schema. */
import { buildSchema, execute, GraphQLEnumType, Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';

import client from '@contracts/client.graphql?raw';

import { CLUB, PAYLOAD, money } from './example';
import { ANSWERS } from '../demo/gallery/answers';
import * as operations from '../packages/client/src/operations/documents';
import * as types from '../packages/client/src/operations/types';

const schema = buildSchema(client);

describe('operations', () => {
  const named = [
    operations.CLUB,
    operations.OPT_IN,
    operations.OPT_OUT,
    operations.CHANGE_REWARD,
    operations.PREVIEW,
    operations.RECENT_BETS,
    operations.PAST_WEEKS,
    operations.TERMS,
  ];

  it.each(named.map(({ name, text }) => ({ name, text })))('$name is valid by the contract', ({ name, text }) => {
    const document = parse(text);
    expect(validate(schema, document)).toEqual([]);
    const names = document.definitions.map((part) => (part.kind === Kind.OPERATION_DEFINITION ? part.name?.value : undefined));
    expect(names).toContain(name);
  });
});

describe('types', () => {
  it.each([
    ['ClubState', types.CLUB_STATES],
    ['WeekState', types.WEEK_STATES],
    ['IneligibleReason', types.INELIGIBLE_REASONS],
    ['UnavailableReason', types.UNAVAILABLE_REASONS],
    ['ContributionReason', types.CONTRIBUTION_REASONS],
    ['ErrorCode', types.ERROR_CODES],
    ['FulfilmentStatus', types.FULFILMENT_STATUSES],
  ])('%s has the values of the contract', (name, values) => {
    const type = schema.getType(name);
    if (!(type instanceof GraphQLEnumType)) throw new Error(`${name} is no enum`);
    expect([...values].sort()).toEqual(type.getValues().map((value) => value.name).sort());
  });

  it('RewardKind has the kinds of the contract; more may follow', () => {
    const type = schema.getType('RewardKind');
    if (!(type instanceof GraphQLEnumType)) throw new Error('RewardKind is no enum');
    expect(Object.keys(types.RewardKind)).toEqual(expect.arrayContaining(type.getValues().map((value) => value.name)));
  });

  it('Club is what the query Club selects, neither more nor less', () => {
    expect(answer(operations.CLUB, { brand: 'northbet' }, { club: CLUB })).toEqual({ club: CLUB });
  });

  it('ClubPayload is what a mutation selects, neither more nor less', () => {
    const input = { brand: 'northbet', idempotencyKey: 'k' };
    expect(answer(operations.OPT_OUT, { input }, { optOut: PAYLOAD })).toEqual({ optOut: PAYLOAD });
  });

  it('Preview is what SlipPreview selects, neither more nor less', () => {
    const betslipPreview: types.Preview = {
      counts: true,
      counted: money(500),
      reason: 'COUNTED',
      progressAfter: { percent: 40, staked: money(1000) },
      minOddsMilli: 1500,
      minStake: { minor: 100, currency: 'GBP' },
    };
    const input: operations.PreviewInput = {
      brand: 'northbet',
      stakeMinor: 500,
      currency: 'GBP',
      oddsMilli: 2500,
      betType: 'SINGLE',
      product: 'BETTING',
    };
    expect(answer(operations.PREVIEW, { input }, { betslipPreview })).toEqual({ betslipPreview });
  });

  it('RecentBet is what RecentBets selects, neither more nor less', () => {
    const bet: types.RecentBet = {
      betId: 'b-1',
      placedAt: '2026-03-25T14:03:11Z',
      stake: money(500),
      counted: money(0),
      reason: 'VOID',
      oddsMilli: 2500,
      minOddsMilli: 1500,
      minStake: { minor: 100, currency: 'GBP' },
    };
    const club = { id: 'club-1', progress: { recentBets: [bet] } };
    const variables = { brand: 'northbet', week: '2026-W13' };
    expect(answer(operations.RECENT_BETS, variables, { club })).toEqual({ club });
  });

  it('PastWeek is what PastWeeks selects, neither more nor less', () => {
    const past: types.PastWeek = {
      id: 'club-0',
      state: 'CREDITED',
      week: { isoWeek: '2026-W12', state: 'CLOSED' },
      progress: { staked: money(2600), target: money(2500) },
      choice: { option: { title: '£5 free bet' } },
      fulfilment: { status: 'CREDITED', creditedAt: '2026-03-23T12:00:00Z', expiresAt: null },
    };
    expect(answer(operations.PAST_WEEKS, { brand: 'northbet' }, { recentClubs: [past] })).toEqual({ recentClubs: [past] });
  });
});

describe.each(Object.entries(ANSWERS))('the recorded scenario %s', (_, { club, preview, pastWeeks }) => {
  it('is what the widget selects, neither more nor less', () => {
    const brand = club.brand.id;
    expect(answer(operations.CLUB, { brand }, { club })).toEqual({ club });
    const input = { brand, stakeMinor: 500, currency: 'GBP', betType: 'SINGLE', product: 'BETTING' } as never;
    expect(answer(operations.PREVIEW, { input }, { betslipPreview: preview })).toEqual({ betslipPreview: preview });
    expect(answer(operations.PAST_WEEKS, { brand }, { recentClubs: pastWeeks })).toEqual({ recentClubs: pastWeeks });
  });
});

function answer<Data, Variables extends object>(
  { text, name }: operations.Operation<Data, Variables>,
  variables: Variables,
  rootValue: unknown,
): unknown {
  const result = execute({
    schema,
    document: parse(text),
    operationName: name,
    variableValues: Object.fromEntries(Object.entries(variables)),
    rootValue,
  });
  if (result instanceof Promise) throw new Error('nothing here is asynchronous');
  expect(result.errors).toBeUndefined();
  return JSON.parse(JSON.stringify(result.data));
}
