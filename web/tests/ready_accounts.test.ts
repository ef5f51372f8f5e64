/** The one-click sign-in of the demo's back office, where the demo does not answer as it should. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { currentSession, forget, readyAccounts, signInReady } from '../backoffice/src/session/session';

const ACCOUNTS = [{ role: 'editor', user: 'editor@demo.example' }];

/** Answer the session as a demo does, and what its accounts are asked as given. */
function answeringWith(answer: () => Promise<Response>): void {
  vi.stubGlobal('fetch', (path: string) =>
    path.includes('ready-accounts')
      ? answer()
      : Promise.resolve(Response.json({ signedIn: false, stage: 'anonymous', readyAccounts: '/backoffice/ready-accounts' })),
  );
}

beforeEach(() => forget());
afterEach(() => vi.unstubAllGlobals());

describe('the accounts of a demo', () => {
  it('are listed', async () => {
    answeringWith(() => Promise.resolve(Response.json(ACCOUNTS)));
    await currentSession();
    await expect(readyAccounts()).resolves.toEqual(ACCOUNTS);
  });

  it.each<[string, () => Promise<Response>, RegExp]>([
    ['nothing answers', () => Promise.reject(new TypeError('Failed to fetch')), /isn’t answering.*make demo is still running/],
    ['the page is at another address', () => Promise.resolve(new Response('Forbidden', { status: 403 })), /refused.*403.*address that make demo prints/],
    ['the account is gone', () => Promise.resolve(new Response('Not Found', { status: 404 })), /doesn’t have that account any more/],
  ])('say what is wrong and what helps if %s', async (_, answer, words) => {
    answeringWith(answer);
    await currentSession();
    await expect(signInReady('editor@demo.example')).rejects.toThrow(words);
    await expect(readyAccounts()).rejects.toThrow(words);
  });
});
