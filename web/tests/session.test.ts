/** Who is asking, and what GraphiQL opens with. */
import { readFileSync } from 'node:fs';

import { buildSchema, getVariableValues, Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';

import { fetchFacts, UNKNOWN_FACTS } from '../graphiql/facts';
import { startOf } from '../graphiql/start';
import { fetchDemo, sessionAtStart } from '../demo/session/demo';
import { sessionOfToken } from '../packages/client/src/session/session';

function tokenOf(payload: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.sig`;
}

const SCHEMA = buildSchema(readFileSync(new URL('../../schema.api.graphql', import.meta.url), 'utf8'));

const DEMO = {
  brand: 'northbet',
  customers: [{ id: 'c-1', brand: 'northbet', token: 'tok', note: 'new to the club' }],
};

describe('sessionOfToken', () => {
  it.each(['', 'Bearer '])('reads brand and customer from a token pasted as %j + token', (prefix) => {
    const token = tokenOf({ sub: 'c-1', brand: 'nørdbet' });
    expect(sessionOfToken(` ${prefix}${token}\n`)).toEqual({ brand: 'nørdbet', token, customer: 'c-1' });
  });

  it.each([
    ['nothing', ''],
    ['a word', 'secret'],
    ['a payload that is not JSON', 'e30.####.sig'],
    ['a payload without a brand', tokenOf({ sub: 'c-1' })],
    ['a payload that is a list', tokenOf([])],
    ['a null payload', tokenOf(null)],
  ])('refuses %s', (_, pasted) => {
    expect(sessionOfToken(pasted)).toBeNull();
  });
});

describe('fetchFacts', () => {
  const [customer] = DEMO.customers;
  if (customer === undefined) throw new Error('the demo has no customer');

  it('reads what changes name', async () => {
    const club = { terms: { version: '3' }, options: [{ id: 'freebet-5' }], choice: { version: 7 } };
    const facts = await fetchFacts(() => Promise.resolve(Response.json({ data: { club } })), customer);
    expect(facts).toEqual({ termsVersion: '3', optionId: 'freebet-5', choiceVersion: 7 });
  });

  it.each<[string, typeof fetch]>([
    ['has errors only', () => Promise.resolve(Response.json({ data: null, errors: [{ message: 'no' }] }))],
    ['cannot be reached', () => Promise.reject(new TypeError('cut'))],
    ['never comes', (_, init) => new Promise((_resolve, refuse) => init?.signal?.addEventListener('abort', () => refuse(new Error('late'))))],
  ])('leaves them open if the response %s', async (_, fetcher) => {
    await expect(fetchFacts(fetcher, customer)).resolves.toEqual(UNKNOWN_FACTS);
  });
});

describe('fetchDemo', () => {
  it('finds the customers of a demo', async () => {
    await expect(fetchDemo(() => Promise.resolve(Response.json(DEMO)))).resolves.toEqual(DEMO);
  });

  it.each<[string, () => Promise<Response>]>([
    ['answers 404', () => Promise.resolve(Response.json({}, { status: 404 }))],
    ['answers something else', () => Promise.resolve(Response.json({ hello: 1 }))],
    ['answers no JSON', () => Promise.resolve(new Response('<html>'))],
    ['cannot be reached', () => Promise.reject(new TypeError('cut'))],
  ])('finds none where the place %s', async (_, fetcher) => {
    await expect(fetchDemo(fetcher)).resolves.toBeNull();
  });
});

describe('startOf', () => {
  it('opens with a tab for each operation, as the first customer of the demo', () => {
    const tabs = startOf(DEMO, { termsVersion: '2026-1', optionId: 'fb-5', choiceVersion: 3 }, 'k');
    const [betslip] = tabs;
    expect(JSON.parse(betslip?.headers ?? '')).toEqual({ Authorization: 'Bearer tok' });
    expect(JSON.parse(betslip?.variables ?? '')).toEqual({ brand: 'northbet' });
    expect(betslip?.query).toMatch(/^query Betslip/u);
    expect(tabs.map(({ query }) => /^(?:query|mutation|subscription) (\w+)/mu.exec(query)?.[1])).toEqual([
      ...['Betslip', 'ClubUpdates', 'OptIn', 'OptOut', 'ChangeReward'],
      ...['SlipPreview', 'RecentBets', 'TermsSummary', 'CountedEvents', 'PastWeeks', 'ClubInParts', 'SportsEvents'],
    ]);
    expect(new Set(tabs.map(({ headers }) => headers)).size).toBe(1);
  });

  it.each(startOf(DEMO).map(({ query, variables }) => [query, variables]))(
    'gives valid documents of one operation, and a value to each variable that needs one',
    (query, variables) => {
      const document = parse(query);
      expect(validate(SCHEMA, document)).toEqual([]);
      const [operation, ...others] = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
      expect(others).toEqual([]);
      const { errors } = getVariableValues(
        SCHEMA,
        operation?.variableDefinitions ?? [],
        JSON.parse(variables) as Record<string, unknown>,
      );
      expect(errors).toBeUndefined();
    },
  );

  it('leaves room for a token elsewhere', () => {
    const [betslip] = startOf(null);
    expect(JSON.parse(betslip?.headers ?? '')).toEqual({ Authorization: 'Bearer' });
    expect(betslip?.query).toContain('furlong token');
  });
});

describe('the first session', () => {
  const customers = ['c-1', 'c-2'].map((id) => ({ id, brand: 'northbet', token: `token of ${id}`, note: '' }));
  const demo = { brand: 'northbet', customers };

  it.each([
    [null, 'c-1'],
    ['c-2', 'c-2'],
    ['gone', 'c-1'],
    ['', null],
  ])('is, if %j is remembered, that of %j', (remembered, customer) => {
    expect(sessionAtStart(demo, remembered)).toMatchObject({ brand: 'northbet', customer });
  });

  it('is of nobody in a demo without customers', () => {
    expect(sessionAtStart({ brand: 'northbet', customers: [] }, null).customer).toBeNull();
  });
});
