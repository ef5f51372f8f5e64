/** One GraphQL request over HTTP. */
import { stripIgnoredCharacters } from 'graphql';
import { describe, expect, it, vi } from 'vitest';

import { Unreached } from '../packages/client/src/transport/ask';
import { askOver } from '../packages/client/src/transport/http';
import { CLUB } from '../packages/client/src/operations/documents';

const VARIABLES = { brand: 'northbet' };

function response(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Response(text, { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

function answering(status: number, body: unknown) {
  return vi.fn<typeof fetch>(() =>
    Promise.resolve(response(status, body)),
  );
}

describe('askOver', () => {
  it('posts the operation with the session as a bearer token', async () => {
    const fetcher = answering(200, { data: { club: null } });
    await askOver(fetcher)(CLUB, VARIABLES, { token: 't' });
    const [url, init] = fetcher.mock.calls[0] ?? [];
    expect(url).toBe('/graphql');
    expect(new Headers(init?.headers).get('Authorization')).toBe('Bearer t');
    expect(new Headers(init?.headers).get('Accept')).toMatch(/^application\/graphql-response\+json/u);
    expect(JSON.parse(init?.body as string)).toEqual({
      documentId: CLUB.id,
      variables: VARIABLES,
    });
  });

  it('sends no Authorization for an anonymous visitor', async () => {
    const fetcher = answering(200, { data: { club: null } });
    await askOver(fetcher)(CLUB, VARIABLES, { token: null });
    expect(new Headers(fetcher.mock.calls[0]?.[1]?.headers).has('Authorization')).toBe(false);
  });

  it('hands partial data on together with its faults', async () => {
    const faults = [{ message: 'down', path: ['club', 'options'] }];
    const ask = askOver(answering(200, { data: { club: null }, errors: faults }));
    await expect(ask(CLUB, VARIABLES, { token: null })).resolves.toEqual({ data: { club: null }, faults });
  });

  it.each([
    [401, { errors: [{ message: 'expired' }] }, false],
    [400, { errors: [{ message: 'unknown field' }] }, false],
    [503, 'busy', true],
    [200, {}, false],
    [200, '<html>', false],
  ])('tells that %i with %j is no answer', async (status, body, passing) => {
    const failure: unknown = await askOver(answering(status, body))(CLUB, VARIABLES, { token: 't' }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Unreached);
    expect(failure).toMatchObject({ status, passing });
  });

  it('tells a network failure from a refusal', async () => {
    const ask = askOver(() => Promise.reject(new TypeError('failed to fetch')));
    await expect(ask(CLUB, VARIABLES, { token: null })).rejects.toMatchObject({ status: 0, passing: true });
  });

  it('passes on why a request was called off', async () => {
    const controller = new AbortController();
    const ask = askOver(() => {
      controller.abort(new Error('superseded'));
      return Promise.reject(new TypeError('aborted'));
    });
    await expect(ask(CLUB, VARIABLES, { token: null, signal: controller.signal })).rejects.toThrow('superseded');
  });

  it.each(['PERSISTED_DOCUMENT_NOT_FOUND', 'PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED'])(
    'sends the text to a gateway that says %s, and from then on',
    async (code) => {
      const fetcher = vi.fn<typeof fetch>((_, init) =>
        Promise.resolve(
          (init?.body as string).includes('documentId')
            ? response(400, { errors: [{ message: 'unknown', extensions: { code } }] })
            : response(200, { data: { club: null } }),
        ),
      );
      const ask = askOver(fetcher);
      await expect(ask(CLUB, VARIABLES, { token: null })).resolves.toEqual({ data: { club: null }, faults: [] });
      await ask(CLUB, VARIABLES, { token: null });
      const sent = fetcher.mock.calls.map(([, init]) => JSON.parse(init?.body as string) as { query?: string });
      expect(sent.map(({ query, ...rest }) => ({ ...rest, query: query && stripIgnoredCharacters(query) }))).toEqual([
        { documentId: CLUB.id, variables: VARIABLES },
        { query: CLUB.text, operationName: 'Club', variables: VARIABLES },
        { query: CLUB.text, operationName: 'Club', variables: VARIABLES },
      ]);
    },
  );

  it.each([
    ['3', 3_000],
    ['soon', null],
    ['-1', null],
    ['Wed, 25 Mar 2026 14:03:11 GMT', null],
  ])('tells how long the server asks to wait: Retry-After %s', async (header, retryAfterMs) => {
    const ask = askOver(() => Promise.resolve(response(503, 'busy', { 'Retry-After': header })));
    await expect(ask(CLUB, VARIABLES, { token: null })).rejects.toMatchObject({ status: 503, retryAfterMs });
  });

  it('gives equal requests of two sessions each its own answer', async () => {
    const ask = askOver((_, init) =>
      Promise.resolve(response(200, { data: { club: { id: new Headers(init?.headers).get('authorization') } } })),
    );
    const answers = await Promise.all(['a', 'b'].map((token) => ask(CLUB, VARIABLES, { token })));
    expect(answers.map(({ data }) => data?.club?.id)).toEqual(['Bearer a', 'Bearer b']);
  });
});
