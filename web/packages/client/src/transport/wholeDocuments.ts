/**
 * What urql needs of a GraphQL parser: documents are sent as they are, so nothing has to be parsed.
 *
 * It stands in for `@0no-co/graphql.web` in the element and the frame, which it makes a twelfth smaller.
 */
interface WholeDocument {
  readonly kind: 'Document';
  readonly definitions: readonly {
    readonly kind: 'OperationDefinition';
    readonly name: { readonly kind: 'Name'; readonly value: string } | undefined;
  }[];
  readonly text?: string;
}

export const Kind = {
  DOCUMENT: 'Document',
  FIELD: 'Field',
  FRAGMENT_DEFINITION: 'FragmentDefinition',
  NAME: 'Name',
  OPERATION_DEFINITION: 'OperationDefinition',
} as const;

/** Returns a document of one operation, whose name is that of the first operation in the text. */
export function parse(text: string): WholeDocument {
  const value = /\b(?:query|mutation|subscription)\s+(\w+)/u.exec(text)?.[1];
  const name = value === undefined ? undefined : ({ kind: 'Name', value } as const);
  return { kind: 'Document', definitions: [{ kind: 'OperationDefinition', name }], text };
}

/** Returns the text of a parsed document; empty for a document that is sent by its id. */
export function print({ text = '' }: WholeDocument): string {
  return text;
}

/** One of `errors` in a response. */
export class GraphQLError extends Error {
  override readonly name = 'GraphQLError';

  constructor(
    message: string,
    readonly nodes?: unknown,
    readonly source?: unknown,
    readonly positions?: unknown,
    readonly path?: readonly (string | number)[],
    readonly originalError?: unknown,
    readonly extensions: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}
