// Reads queries by Relay: `node relay-parts.mjs NAME …`, in a folder with relay.mjs and what Relay's compiler wrote.
// Prints the records of a store after each query, one JSON object a line; each query has a store of its own.
import { createRequire } from 'node:module';
import { argv, cwd, exit, stdout } from 'node:process';

import relay from 'relay-runtime';

const { environment } = await import(`${cwd()}/relay.mjs`);
const { Environment, fetchQuery, RecordSource, Store } = relay;
const compiled = (name) => createRequire(import.meta.url)(`${cwd()}/src/__generated__/${name}.graphql.js`);

/** Objects of different types may have the same id. */
const getDataID = ({ id }, type) => (id == null ? null : `${type}:${id}`);

for (const name of argv.slice(2)) {
  const own = new Environment({ network: environment.getNetwork(), store: new Store(new RecordSource()), getDataID });
  await new Promise((complete, error) => fetchQuery(own, compiled(name), {}).subscribe({ complete, error }));
  stdout.write(`${JSON.stringify(own.getStore().getSource().toJSON())}\n`);
}
exit(0);
