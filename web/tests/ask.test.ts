/** One GraphQL request over HTTP. */
import { describe, expect, it, vi } from 'vitest';

import { askOver, Unreached } from '../src/graphql/ask';
import { BETSLIP } from '../src/graphql/operations';

const VARIABLES = { brand: 'northbet' };

function answering(status: number, body: unknown) {
  return vi.fn<typeof fetch>(() =>
    Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })),
  );
}

describe('askOver', () => {
  it('posts the operation with the session as a bearer token', async () => {
    const fetcher = answering(200, { data: { club: null } });
    await askOver(fetcher)(BETSLIP, VARIABLES, { token: 't' });
    const [url, init] = fetcher.mock.calls[0] ?? [];
    expect(url).toBe('/graphql');
    expect(new Headers(init?.headers).get('Authorization')).toBe('Bearer t');
    expect(new Headers(init?.headers).get('Accept')).toMatch(/^application\/graphql-response\+json/u);
    expect(JSON.parse(init?.body as string)).toEqual({
      query: BETSLIP.text,
      operationName: 'Betslip',
      variables: VARIABLES,
    });
  });

  it('sends no Authorization for an anonymous visitor', async () => {
    const fetcher = answering(200, { data: { club: null } });
    await askOver(fetcher)(BETSLIP, VARIABLES, { token: null });
    expect(new Headers(fetcher.mock.calls[0]?.[1]?.headers).has('Authorization')).toBe(false);
  });

  it('hands partial data on together with its faults', async () => {
    const faults = [{ message: 'down', path: ['club', 'options'] }];
    const ask = askOver(answering(200, { data: { club: null }, errors: faults }));
    await expect(ask(BETSLIP, VARIABLES, { token: null })).resolves.toEqual({ data: { club: null }, faults });
  });

  it.each([
    [401, { errors: [{ message: 'expired' }] }, false],
    [400, { errors: [{ message: 'unknown field' }] }, false],
    [503, 'busy', true],
    [200, {}, false],
    [200, '<html>', false],
  ])('tells that %i with %j is no answer', async (status, body, passing) => {
    const failure: unknown = await askOver(answering(status, body))(BETSLIP, VARIABLES, { token: 't' }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Unreached);
    expect(failure).toMatchObject({ status, passing });
  });

  it('tells a network failure from a refusal', async () => {
    const ask = askOver(() => Promise.reject(new TypeError('failed to fetch')));
    await expect(ask(BETSLIP, VARIABLES, { token: null })).rejects.toMatchObject({ status: 0, passing: true });
  });

  it('passes on why a request was called off', async () => {
    const controller = new AbortController();
    const ask = askOver(() => {
      controller.abort(new Error('superseded'));
      return Promise.reject(new TypeError('aborted'));
    });
    await expect(ask(BETSLIP, VARIABLES, { token: null, signal: controller.signal })).rejects.toThrow('superseded');
  });
});
