/** The stand-in for a GraphQL parser gives urql what the real one gives. */
import * as real from '@0no-co/graphql.web';
import { createRequest, getOperationName } from '@urql/core';
import { describe, expect, it } from 'vitest';

import * as OPERATIONS from '../packages/client/src/operations/documents';
import * as whole from '../packages/client/src/transport/wholeDocuments';

const TEXTS = Object.values(OPERATIONS).map(({ name, text }) => [name, text] as const);

describe('whole documents', () => {
  it.each(TEXTS)('%s is printed as it was written, with its own name', (name, text) => {
    const document = whole.parse(text);
    expect(whole.print(document)).toBe(text);
    expect(getOperationName(document as never)).toBe(name);
    expect(getOperationName(real.parse(text) as never)).toBe(name);
  });

  it('a document without a text, which is sent by its id, is printed as nothing', () => {
    expect(createRequest({ kind: 'Document', documentId: 'sha256:1', definitions: [] } as never, {}).query).toHaveProperty('documentId');
    expect(whole.print({ kind: 'Document', definitions: [] })).toBe('');
  });

  it('has the kinds by the same names', () => {
    for (const [name, kind] of Object.entries(whole.Kind)) expect(real.Kind[name as keyof typeof real.Kind]).toBe(kind);
  });

  it('keeps path and extensions of an error', () => {
    const args = ['no', undefined, undefined, undefined, ['club', 0], undefined, { code: 'FORBIDDEN' }] as const;
    const [made, expected] = [new whole.GraphQLError(...args), new real.GraphQLError(...args)];
    for (const key of ['name', 'message', 'path', 'extensions'] as const) expect(made[key]).toEqual(expected[key]);
  });
});
