// Apollo Gateway in Apollo Server as in production: no reports, no landing page. Parsed, validated and planned
// documents are cached, which is the default. The customer's session is forwarded to the subgraphs.
// Arguments: the supergraph's file, the port.
import { readFile } from "node:fs/promises";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { startStandaloneServer } from "@apollo/server/standalone";

class Subgraph extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set("authorization", context.authorization);
  }
}

const [supergraph, port] = process.argv.slice(2);
const gateway = new ApolloGateway({
  supergraphSdl: await readFile(supergraph, "utf8"),
  buildService: ({ url }) => new Subgraph({ url }),
});
const server = new ApolloServer({
  gateway,
  introspection: false,
  plugins: [ApolloServerPluginLandingPageDisabled()],
});
await startStandaloneServer(server, {
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
  listen: { host: "127.0.0.1", port: Number(port) },
});
