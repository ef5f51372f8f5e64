/** Who is asking, and what GraphiQL opens with. */
import { describe, expect, it } from 'vitest';

import { startOf } from '../graphiql/start';
import { fetchDemo, sessionOfToken } from '../src/session/session';

function tokenOf(payload: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.sig`;
}

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
  it('opens with the first customer and their brand in the demo', () => {
    const { headers, variables, query } = startOf(DEMO);
    expect(JSON.parse(headers)).toEqual({ Authorization: 'Bearer tok' });
    expect(JSON.parse(variables)).toEqual({ brand: 'northbet' });
    expect(query).toContain('query Betslip');
  });

  it('leaves room for a token elsewhere', () => {
    expect(JSON.parse(startOf(null).headers)).toEqual({ Authorization: 'Bearer' });
  });
});
