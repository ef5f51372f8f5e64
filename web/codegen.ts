/** Writes types and documents of the operations of widget, demo and screens, and manifests of the first two. */
import type { CodegenConfig } from '@graphql-codegen/cli';

const DOCUMENTS = './codegen/documents.mjs';
const TYPES = {
  immutableTypes: true,
  avoidOptionals: { field: true },
  skipTypename: true,
  defaultScalarType: 'unknown',
  scalars: { ID: 'string', Date: 'string', DateTime: 'string', MinorUnits: 'number' },
};

const WIDGET = {
  schema: '../schema.api.graphql',
  documents: ['packages/client/src/operations/*.graphql', '../contracts/mutations.graphql'],
};
const GENERATED = 'packages/client/src/generated';

const DEMO = { schema: '../schema.api.graphql', documents: ['demo/**/*.graphql'] };
const GENERATED_OF_DEMO = 'demo/generated';

const config: CodegenConfig = {
  generates: {
    [`${GENERATED}/operations.ts`]: {
      ...WIDGET,
      plugins: ['typescript-operations', DOCUMENTS],
      config: { ...TYPES, enumValues: { RewardKind: './rewardKinds.ts#RewardKind' } },
    },
    [`${GENERATED}/persisted-documents.json`]: {
      ...WIDGET,
      plugins: [{ [DOCUMENTS]: { format: 'manifest' } }],
    },
    [`${GENERATED_OF_DEMO}/operations.ts`]: {
      ...DEMO,
      plugins: ['typescript-operations', { [DOCUMENTS]: { operation: '@furlong/client' } }],
      config: TYPES,
    },
    [`${GENERATED_OF_DEMO}/persisted-documents.json`]: {
      ...DEMO,
      plugins: [{ [DOCUMENTS]: { format: 'manifest' } }],
    },
    'backoffice/src/graph/generated/operations.ts': {
      schema: '../admin.graphql',
      documents: 'backoffice/src/**/*.graphql',
      plugins: ['typescript-operations', { [DOCUMENTS]: { format: 'text' } }],
      // A type has the name of its operation or fragment.
      config: { ...TYPES, omitOperationSuffix: true },
    },
  },
};

export default config;
