// A subgraph that answers its gateway alone: `products` of a shop, with two fields and one entity.
//
//   node signed-subgraph.mjs KEYS.json [PORT]
//
// prints its URL, and ends with its input. docs/gateway/signed-requests.md explains it.
import { createServer } from 'node:http';
import { argv, exit, stdin } from 'node:process';

import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';

import { Refused, keyFile, refuse, signedBody, verifier } from '../../docs/examples/signed-subgraph/verify.mjs';

const [, , keys, port = '0'] = argv;
const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { product(id: ID!): Product, language: String, stray: String }
  type Product @key(fields: "id") { id: ID!, name: String! }
`;
const product = (id) => ({ id, name: `Product ${id}` });
const resolvers = {
  Query: {
    product: (_, { id }) => product(id),
    language: (_, __, { headers }) => headers['accept-language'],
    stray: (_, __, { headers }) => headers['x-customer-id'],
  },
  Product: { __resolveReference: ({ id }) => product(id) },
};
const schema = buildSubgraphSchema([{ typeDefs: parse(SDL), resolvers }]);
const isTheGateways = verifier('products', keyFile(keys));

const server = createServer(async (request, response) => {
  try {
    const { query, variables, operationName } = JSON.parse(await signedBody(request, isTheGateways));
    const contextValue = { headers: request.headers };
    const result = await graphql({ schema, source: query, variableValues: variables, operationName, contextValue });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(result));
  } catch (error) {
    refuse(response, error instanceof Refused ? error : new Refused('no request', 400));
  }
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/graphql`);
});
stdin.on('end', () => exit()).resume();
