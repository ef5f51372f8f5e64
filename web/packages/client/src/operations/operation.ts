/** One operation, with the types of its variables and data. */

export interface Operation<Data, Variables> {
  readonly name: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** `sha256:` and the digest of `text`, sufficient for a gateway that has the manifest; null: send the text. */
  readonly id: string | null;
  /** The document, for gateways that do not know the id. */
  readonly text: string;
  /** Never present: it only carries the types, by the name that GraphQL Code Generator gives it in typed documents. */
  readonly __apiType?: (variables: Variables) => Data;
}

/** A document of GraphQL Code Generator's client preset with `documentMode: 'string'`, or a text. */
export interface TypedDocument<Data, Variables> {
  readonly __apiType?: (variables: Variables) => Data;
  toString(): string;
}

const FIRST = /(?:^|\})\s*(query|mutation|subscription)[ \t]+(\w+)/mu;

/**
 * Returns an operation of your own, such as one with other fields than this package's.
 *
 * @param document the text of one operation and its fragments
 * @throws {TypeError} if there is no named operation in it
 */
export function operationOf<Data, Variables>(document: TypedDocument<Data, Variables>): Operation<Data, Variables> {
  const text = document.toString();
  const [, kind, name] = FIRST.exec(text) ?? [];
  if (kind === undefined || name === undefined) throw new TypeError('the document has no named operation');
  return { name, kind: kind as Operation<Data, Variables>['kind'], id: null, text };
}
