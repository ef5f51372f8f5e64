// Hive Gateway as in production: no pages, no request log. Parsed, validated and planned documents are cached,
// which is the default. The customer's session is forwarded to the subgraphs.
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
