/** Writes the types and documents of the widget's operations, and the manifest of these documents. */
import type { CodegenConfig } from '@graphql-codegen/cli';

const OPERATIONS = 'packages/client/src/operations';
const GENERATED = 'packages/client/src/generated';

const config: CodegenConfig = {
  schema: '../schema.api.graphql',
  documents: [`${OPERATIONS}/*.graphql`, '../contracts/mutations.graphql'],
  generates: {
    [`${GENERATED}/operations.ts`]: {
      plugins: ['typescript-operations', './codegen/documents.mjs'],
      config: {
        immutableTypes: true,
        avoidOptionals: { field: true },
        skipTypename: true,
        enumValues: { RewardKind: './rewardKinds.ts#RewardKind' },
        defaultScalarType: 'unknown',
        scalars: { ID: 'string', DateTime: 'string', MinorUnits: 'number' },
      },
    },
    [`${GENERATED}/persisted-documents.json`]: {
      plugins: [{ './codegen/documents.mjs': { format: 'manifest' } }],
    },
  },
};

export default config;
