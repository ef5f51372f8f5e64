// Checks a document and a change by GraphQL Inspector: `node inspect-schema.mjs SCHEMA DOCUMENT`.
// Prints what is invalid in the document, and which changes would break clients if an option had no title.
import { readFileSync } from 'node:fs';
import { argv, stdout } from 'node:process';

import { CriticalityLevel, diff, validate } from '@graphql-inspector/core';
import { buildSchema, Source } from 'graphql';

const [, , schemaFile, documentFile] = argv;
const sdl = readFileSync(schemaFile, 'utf8');
const schema = buildSchema(sdl);
const invalid = validate(schema, [new Source(readFileSync(documentFile, 'utf8'), documentFile)]);
const changed = sdl.replace(/(type RewardOption [^}]*?)\n {2}title: String!/u, '$1');
const changes = await diff(schema, buildSchema(changed));
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
stdout.write(JSON.stringify({ invalid, breaking: breaking.map(({ message }) => message) }));
