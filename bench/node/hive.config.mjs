// Hive Gateway as it is run in production: no pages, no requests in the log; parsed, validated and planned
// documents are kept, as they are by default. The customer's session goes on to the subgraphs.
import { defineConfig } from "@graphql-hive/gateway";

export const gatewayConfig = defineConfig({
  propagateHeaders: {
    fromClientToSubgraphs({ request }) {
      return { authorization: request.headers.get("authorization") ?? "" };
    },
  },
  graphiql: false,
  landingPage: false,
  logging: "warn",
});
