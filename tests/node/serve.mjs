// Serves subgraphs, each from its SDL and all over one world of JSON data, on free loopback ports.
//
// Each line of the input is a JSON command, and each gets one line of JSON:
//
//   {"serve": {NAME: SDL, …}}   starts subgraphs                      → {"urls": {NAME: URL, …}}
//   {"world": {"roots": {FIELD: VALUE, …}, "entities": {TYPE: {ID: {…}, …}, …}}}
//                               gives all of them new data            → {"calls": [{"subgraph", "query", "variables"}, …]}
//                               and tells what they were asked until then
//
// The servers end with the input.
import { createServer } from 'node:http';
import { exit, stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';

import { buildSubgraphSchema } from '@apollo/subgraph';
import { createHandler } from 'graphql-http/lib/use/http';
import { Kind } from 'graphql';

import { Definitions, View, entity } from './views.mjs';

const ROOTS = ['Query', 'Mutation'];

const state = { world: { roots: {}, entities: {} }, calls: [] };

/** @param {string} sdl */
function schemaOf(sdl) {
  const definitions = new Definitions(sdl);
  const source = {
    definitions,
    get world() {
      return state.world;
    },
  };
  const resolvers = Object.fromEntries(
    definitions.names.map((type) => [type, resolversOf(type, source)]),
  );
  for (const each of definitions.document.definitions) {
    if ([Kind.INTERFACE_TYPE_DEFINITION, Kind.UNION_TYPE_DEFINITION].includes(each.kind)) {
      resolvers[each.name.value] = { __resolveType: (view) => view.type };
    }
  }
  return buildSubgraphSchema([{ typeDefs: definitions.document, resolvers }]);
}

function resolversOf(type, source) {
  const isRoot = ROOTS.includes(type);
  const resolvers = {};
  for (const { field } of source.definitions.fieldsOf(type)) {
    const name = field.name.value;
    resolvers[name] = (view, args) =>
      (isRoot ? new View(source, type, state.world.roots) : view).resolve(name, args);
  }
  if (source.definitions.keys(type).length > 0) {
    resolvers.__resolveReference = (sent) => entity(source, sent);
  }
  return resolvers;
}

/** Starts one subgraph and gives its address. */
function listen(subgraph, sdl) {
  const handler = createHandler({
    schema: schemaOf(sdl),
    onSubscribe: (_request, { query, variables }) => {
      state.calls.push({ subgraph, query, variables: variables ?? {} });
    },
  });
  const server = createServer(handler);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}/graphql`));
  });
}

async function obey({ serve, world }) {
  if (serve !== undefined) {
    const started = Object.entries(serve).map(async ([name, sdl]) => [name, await listen(name, sdl)]);
    return { urls: Object.fromEntries(await Promise.all(started)) };
  }
  const { calls } = state;
  Object.assign(state, { world, calls: [] });
  return { calls };
}

for await (const line of createInterface({ input: stdin })) {
  stdout.write(`${JSON.stringify(await obey(JSON.parse(line)))}\n`);
}
exit(0);
