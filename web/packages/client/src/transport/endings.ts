/** The meanings of the ways in which a subscription ends, over any transport. */
import { UNKNOWN_ID, type GraphQLFault } from './ask.ts';
import type { Ending } from '../live/live.ts';

/** The gateway's codes for a session that has ended. */
const SESSION: ReadonlySet<unknown> = new Set(['SESSION_EXPIRED', 'UNAUTHENTICATED']);
/** The codes for a position whose continuation is no longer known, or that the gateway never gave. */
const POSITION: ReadonlySet<unknown> = new Set(['POSITION_TOO_OLD', 'INVALID_POSITION']);
/** The gateway's codes for a graph without the subscription, or a client that may not use it. */
const NEVER: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_NOT_IN_SAFELIST',
  'PERSISTED_DOCUMENT_ID_REQUIRED',
  'QUERY_NOT_IN_SAFELIST',
]);

/** What GraphQL errors that refuse or end a subscription mean. */
export function endingOfErrors(errors: readonly GraphQLFault[]): Ending {
  const codes = errors.map(({ extensions }) => extensions?.code);
  if (codes.some((code) => SESSION.has(code))) return 'session';
  if (codes.some((code) => POSITION.has(code))) return 'position';
  return codes.some((code) => NEVER.has(code)) ? 'unsupported' : 'lost';
}

/** Whether GraphQL errors say that the gateway does not know the id of the document. */
export function nameUnknownId(errors: readonly GraphQLFault[]): boolean {
  return errors.some(({ extensions }) => UNKNOWN_ID.has(extensions?.code));
}
