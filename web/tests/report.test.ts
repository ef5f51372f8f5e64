import { describe, expect, it } from 'vitest';

import { HEADER, ReportStore, reporting } from '../graphiql/report';

const STAGE = { name: 'fetch club', start: 0.1, duration: 2.5, entities: 3 };
const TOLD = {
  data: { me: null },
  extensions: { queryPlan: { text: 'QueryPlan {}' }, timing: { total: 3, stages: [STAGE, 7] }, cost: { actual: 1 } },
};

/** A server that notes the header of each request. */
function server(answer: unknown, type = 'application/json', seen: (string | null)[] = []): typeof fetch {
  return (_input, init) => {
    seen.push(new Headers(init?.headers).get(HEADER));
    const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
    return Promise.resolve(new Response(body, { status: 200, headers: { 'content-type': type } }));
  };
}

const OPERATION = { method: 'POST', body: '{"query":"{ me }"}' };

describe("the gateway's report", () => {
  it('is asked for, kept, and taken out of the answer that is shown', async () => {
    const store = new ReportStore();
    const seen: (string | null)[] = [];
    const response = await reporting(server(TOLD, 'application/json', seen), store)('/graphql', OPERATION);
    expect(seen).toEqual(['plan,timing']);
    expect(await response.json()).toEqual({ data: { me: null }, extensions: { cost: { actual: 1 } } });
    expect(store.get()).toEqual({ plan: 'QueryPlan {}', timing: { total: 3, stages: [STAGE] } });
  });

  it('tells its listeners of each answer, until they leave', async () => {
    const store = new ReportStore();
    let told = 0;
    const leave = store.subscribe(() => (told += 1));
    const ask = reporting(server(TOLD), store);
    await ask('/graphql', OPERATION);
    leave();
    await ask('/graphql', OPERATION);
    expect(told).toBe(1);
  });

  it.each([{ data: null }, { data: {}, extensions: 7 }, { extensions: { queryPlan: [], timing: {} } }])(
    'is empty where the gateway tells none: %j',
    async (answer) => {
      const store = new ReportStore();
      await reporting(server(answer), store)('/graphql', OPERATION);
      expect(store.get()).toEqual({ plan: null, timing: null });
    },
  );

  it.each([
    ['[]', 'application/json'],
    ['{', 'application/json'],
    ['<html>', 'text/html'],
  ])('leaves other answers as they are: %s', async (body, type) => {
    const store = new ReportStore();
    const response = await reporting(server(body, type), store)('/graphql', OPERATION);
    expect(await response.text()).toBe(body);
    expect(store.get()).toBeNull();
  });

  it("is not asked for with GraphiQL's own introspection", async () => {
    const seen: (string | null)[] = [];
    const body = '{"query":"query IntrospectionQuery { x }","operationName":"IntrospectionQuery"}';
    await reporting(server(TOLD, 'application/json', seen), new ReportStore())('/graphql', { method: 'POST', body });
    expect(seen).toEqual([null]);
  });
});
