// Uploads two files by urql: `node uploads.mjs URL`. Prints the result as JSON.
import { File } from 'node:buffer';
import { argv, stdout } from 'node:process';

import { Client, fetchExchange } from '@urql/core';

const client = new Client({
  url: argv[2],
  exchanges: [fetchExchange],
  preferGetMethod: false,
  fetchOptions: { headers: { 'graphql-require-preflight': '1' } },
});
const files = [
  new File(['first file'], 'first.txt', { type: 'text/plain' }),
  new File(['second'], 'zweite „Datei“.txt', { type: 'text/plain' }),
];
const query = 'mutation Keep($files: [Upload!]!) { keep(files: $files) { name size digest } }';
const { data, error } = await client.mutation(query, { files }).toPromise();
stdout.write(JSON.stringify({ data, error: error?.message }));
