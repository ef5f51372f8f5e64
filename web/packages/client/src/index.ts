/** The client of the rewards club's graph: typed operations, requests, changes with their keys, and subscriptions. */
export { createFurlongClient, REQUEST_MS, type ClientOptions, type Follower, type FurlongClient } from './client.ts';
export * from './operations/documents.ts';
export { operationOf, type Operation, type TypedDocument } from './operations/operation.ts';
export * from './operations/types.ts';
export { Unreached, type Answer, type Ask, type AskOptions, type GraphQLFault } from './transport/ask.ts';
export { askOver } from './transport/http.ts';
export { createRoute, type Route } from './transport/route.ts';
export { liveOver, OPEN_MS } from './transport/subscription.ts';
export { sendChange, unfinishedChanges, type Outcome, type Sender } from './changes/change.ts';
export type { Change } from './changes/intention.ts';
export { freshKey, idempotencyKeys, keysOfCustomer, type Keys, type KeyStorage } from './changes/keys.ts';
export { waitMs, type Backoff } from './live/backoff.ts';
export { createLiveLoop, MAX_RESUMES, type ConnectLive, type Ending, type LiveListener, type LiveLoop } from './live/live.ts';
export { askRenewing } from './session/renewing.ts';
export { claimsOfToken, sessionOfToken, type Session } from './session/session.ts';
export {
  createTokens,
  EARLY_MS,
  LEAST_MS,
  NO_TOKEN,
  type GetToken,
  type TokenReason,
  type Tokens,
  type TokensParts,
} from './session/tokens.ts';
