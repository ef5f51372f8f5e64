/** The admin graph's requests while the session gets another token. */
import { afterEach, expect, it, vi } from 'vitest';

import { PATIENCE_MS, remedyBy, run } from '../backoffice/src/graph/graph';
import { currentSession, forget, Refusal, signOut } from '../backoffice/src/session/session';

const refusal = (code: string) => Response.json({ errors: [{ message: 'no', extensions: { code } }] });
const FULL = { signedIn: true, stage: 'full', csrfToken: 'new' };
const ANONYMOUS = { signedIn: false, stage: 'anonymous' };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  forget();
});

/** Answer the graph by a script, and say whether somebody is signed in; return the CSRF tokens of the graph's requests. */
function serving(answers: Response[], session: object): (string | null)[] {
  const tokens: (string | null)[] = [];
  vi.stubGlobal('fetch', (path: string, options: RequestInit) => {
    if (path === '/backoffice/session') return Promise.resolve(Response.json(session));
    tokens.push(new Headers(options.headers).get('x-csrf-token'));
    return Promise.resolve(answers.shift() ?? Response.error());
  });
  return tokens;
}

it.each(['UNAUTHENTICATED', 'FOREIGN_PAGE'])('sends a request again with the new token after %s', async (code) => {
  const tokens = serving([refusal(code), Response.json({ data: { me: 1 } })], FULL);
  expect(await run('{ me }', {})).toEqual({ me: 1 });
  expect(tokens).toEqual(['', 'new']);
});

it('sends it again once only', async () => {
  const tokens = serving([refusal('UNAUTHENTICATED'), refusal('UNAUTHENTICATED'), refusal('UNAUTHENTICATED')], FULL);
  await expect(run('{ me }', {})).rejects.toBeInstanceOf(Refusal);
  expect(tokens).toHaveLength(2);
});

it('does not send it again once the session has ended', async () => {
  const tokens = serving([refusal('UNAUTHENTICATED')], ANONYMOUS);
  await expect(run('{ me }', {})).rejects.toBeInstanceOf(Refusal);
  expect(tokens).toHaveLength(1);
});

/** Never answer; a request fails once it is aborted, as the browser's does. */
function hanging(): { readonly signals: (AbortSignal | null)[] } {
  const signals: (AbortSignal | null)[] = [];
  vi.stubGlobal('fetch', (_: string, { signal = null }: RequestInit) => {
    signals.push(signal);
    return new Promise((_answer, fail) => signal?.addEventListener('abort', () => fail(new Error('aborted'))));
  });
  return { signals };
}

it('asks no longer once its patience ends, or the screen is left', async () => {
  hanging();
  const late = new AbortController();
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
  const asked = run('query Lag { lag }', {});
  late.abort();
  await expect(asked).rejects.toMatchObject({ code: 'UNREACHABLE' });
  expect(timeout).toHaveBeenCalledWith(PATIENCE_MS);

  timeout.mockReturnValue(new AbortController().signal);
  const left = new AbortController();
  const abandoned = run('query Lag { lag }', {}, left.signal);
  left.abort();
  await expect(abandoned).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

it('waits for a change as long as it takes: nobody would know whether it was made', () => {
  const { signals } = hanging();
  void run('mutation Replay { replay }', {}, AbortSignal.abort());
  expect(signals).toEqual([null]);
});

it('sends nothing with the session of somebody else who has signed in in another tab', async () => {
  const mine = { ...FULL, user: { id: 'ann', login: 'ann', name: 'Ann' } };
  serving([], mine);
  await currentSession();
  const tokens = serving([refusal('FOREIGN_PAGE'), Response.json({ data: { me: 1 } })], { ...mine, user: { id: 'bob', login: 'bob', name: 'Bob' } });
  await expect(run('mutation { propose }', {})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(tokens).toHaveLength(1);
  await signOut().catch(() => undefined);
});

it('asks for another press where a change has waited for long', async () => {
  const tokens = serving([refusal('UNAUTHENTICATED')], ANONYMOUS);
  vi.useFakeTimers();
  remedyBy('UNAUTHENTICATED', () => {
    vi.advanceTimersByTime(3_600_000);
    return Promise.resolve(true);
  });
  await expect(run('mutation { propose }', {})).rejects.toMatchObject({ code: 'LATE' });
  remedyBy('UNAUTHENTICATED', undefined);
  vi.useRealTimers();
  expect(tokens).toHaveLength(1);
});

it('goes on once its person has signed in again, and otherwise refuses', async () => {
  const tokens = serving([refusal('UNAUTHENTICATED'), Response.json({ data: { me: 1 } }), refusal('UNAUTHENTICATED')], ANONYMOUS);
  remedyBy('UNAUTHENTICATED', () => Promise.resolve(true));
  expect(await run('{ me }', {})).toEqual({ me: 1 });
  remedyBy('UNAUTHENTICATED', () => Promise.resolve(false));
  await expect(run('{ me }', {})).rejects.toBeInstanceOf(Refusal);
  remedyBy('UNAUTHENTICATED', undefined);
  expect(tokens).toHaveLength(3);
});
