// Runs all audits of GraphQL over HTTP against a server: `node audit.mjs URL`.
// Prints a JSON list of { id, name, status, reason } with status ok, warn, notice or error.
import { argv, stdout } from 'node:process';

import { auditServer } from 'graphql-http';

const results = await auditServer({ url: argv[2] });
const told = results.map(({ id, name, status, reason }) => ({ id, name, status, reason }));
stdout.write(`${JSON.stringify(told)}\n`);
