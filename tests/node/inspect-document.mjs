// Checks a document by GraphQL Inspector: `node inspect-document.mjs SCHEMA DOCUMENT`; prints what is invalid in it.
import { readFileSync } from 'node:fs';
import { argv, stdout } from 'node:process';

import { validate } from '@graphql-inspector/core';
import { buildSchema, Source } from 'graphql';

const [schema, document] = argv.slice(2).map((file) => readFileSync(file, 'utf8'));
stdout.write(JSON.stringify(validate(buildSchema(schema), [new Source(document)])));
