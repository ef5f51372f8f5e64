/** The page's operations and types against the contract's schema. */
import { buildSchema, execute, GraphQLEnumType, Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';

import client from '@contracts/client.graphql?raw';

import { CLUB, PAYLOAD, money } from './example';
import * as operations from '../src/graphql/operations';
import * as types from '../src/graphql/types';

const schema = buildSchema(client);

describe('operations', () => {
  const named = [
    operations.BETSLIP,
    operations.OPT_IN,
    operations.OPT_OUT,
    operations.CHANGE_REWARD,
    operations.PREVIEW,
    operations.RECENT_BETS,
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
    ['RewardKind', types.REWARD_KINDS],
    ['IneligibleReason', types.INELIGIBLE_REASONS],
    ['UnavailableReason', types.UNAVAILABLE_REASONS],
    ['ContributionReason', types.CONTRIBUTION_REASONS],
    ['ErrorCode', types.ERROR_CODES],
  ])('%s has the values of the contract', (name, values) => {
    const type = schema.getType(name);
    if (!(type instanceof GraphQLEnumType)) throw new Error(`${name} is no enum`);
    expect([...values].sort()).toEqual(type.getValues().map((value) => value.name).sort());
  });

  it('Club is what Betslip selects, neither more nor less', () => {
    expect(answer(operations.BETSLIP, { brand: 'northbet' }, { club: CLUB })).toEqual({ club: CLUB });
  });

  it('ClubPayload is what a mutation selects, neither more nor less', () => {
    const input = { brand: 'northbet', idempotencyKey: 'k' };
    expect(answer(operations.OPT_OUT, { input }, { optOut: PAYLOAD })).toEqual({ optOut: PAYLOAD });
  });

  it('Preview is what SlipPreview selects, neither more nor less', () => {
    const betslipPreview: types.Preview = {
      counts: true,
      counted: { minor: 500, display: '£5.00' },
      reason: 'COUNTED',
      progressAfter: { percent: 40, staked: { display: '£10.00' } },
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
      stake: { display: money(500).display },
      counted: { display: money(0).display },
      reason: 'VOID',
    };
    const club = { id: 'club-1', progress: { recentBets: [bet] } };
    const variables = { brand: 'northbet', week: '2026-W13' };
    expect(answer(operations.RECENT_BETS, variables, { club })).toEqual({ club });
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
