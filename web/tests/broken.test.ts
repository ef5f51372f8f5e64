import { expect, test } from 'vitest';

import { breaking, BrokenSubgraph, HEADER } from '../graphiql/demo/broken';

test('a request names the broken subgraph only while there is one', async () => {
  const sent: (string | null)[] = [];
  const broken = new BrokenSubgraph();
  const ask = breaking((_input, init) => {
    sent.push(new Headers(init?.headers).get(HEADER));
    return Promise.resolve(new Response('{}'));
  }, broken);
  await ask('/graphql', { headers: { accept: 'application/json' } });
  broken.choose('rewards');
  await ask('/graphql', { headers: { accept: 'application/json' } });
  broken.choose('');
  await ask('/graphql');
  expect(sent).toEqual([null, 'rewards', null]);
});
