import { afterEach, expect, test, vi } from 'vitest';

import { approveAndPublish } from '../backoffice/src/content/steps/publishing.ts';
import { forget } from '../backoffice/src/session/session.ts';

const KEY = { brand: 'northbet', rewardId: 'fb-5', configVersion: null };

afterEach(() => {
  vi.unstubAllGlobals();
  forget();
});

/** Answer the office's graph by a script; return the operations that were sent, with what they say. */
function serving(answers: Response[]): { readonly name: string; readonly variables: unknown }[] {
  const sent: { name: string; variables: unknown }[] = [];
  vi.stubGlobal('fetch', (_path: string, { body }: RequestInit) => {
    const { query, variables } = JSON.parse(body as string) as { query: string; variables: unknown };
    sent.push({ name: /(?:query|mutation) (\w+)/u.exec(query)?.[1] ?? '', variables });
    return Promise.resolve(answers.shift() ?? Response.error());
  });
  return sent;
}

const approved = () => Response.json({ data: { approve: { id: 'p1' } } });
const read = () => Response.json({ data: { contentItem: { ...KEY, id: 'northbet:fb-5', version: 7, open: null, published: null } } });

test('a text is approved as it was shown, and published in the version that the approval has made', async () => {
  const sent = serving([approved(), read(), Response.json({ data: { publishContent: { id: 'northbet:fb-5' } } })]);
  await approveAndPublish(KEY, 'p1', '0f');
  expect(sent.map(({ name }) => name)).toEqual(['Approve', 'ReadContent', 'PublishContent']);
  expect(sent[0]?.variables).toEqual({ input: { proposalId: 'p1', contentHash: '0f' } });
  expect(sent[2]?.variables).toEqual({ input: { ...KEY, expectedVersion: 7 } });
});

test('what could not be published is said to be approved all the same', async () => {
  const refused = Response.json({ errors: [{ message: 'Lint found errors.', extensions: { code: 'INVALID' } }] });
  serving([approved(), read(), refused]);
  await expect(approveAndPublish(KEY, 'p1', '0f')).rejects.toThrow('Approved, but not published yet. Lint found errors.');
});

test('what was not approved is not published', async () => {
  const sent = serving([Response.json({ errors: [{ message: 'It is decided already.', extensions: { code: 'CONFLICT' } }] })]);
  await expect(approveAndPublish(KEY, 'p1', '0f')).rejects.toThrow('It is decided already.');
  expect(sent).toHaveLength(1);
});
