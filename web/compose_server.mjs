// Composes supergraphs for a program that needs many of them: one JSON object per line, in and out.
//
//   {"subgraphs": {"name": "SDL", …}}
//   → {"supergraph": "SDL", "public": "SDL"}   or   {"errors": ["…"]}
//
// The gateway's reference tests use one such process for thousands of generated graphs; starting Node for
// each one would take longer than everything else.
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';

import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';

/** @param {string} line */
function composed(line) {
  /** @type {unknown} */
  const read = JSON.parse(line);
  const asked = /** @type {{ subgraphs: Record<string, string> }} */ (read);
  const services = Object.entries(asked.subgraphs).map(([name, sdl]) => ({
    name,
    typeDefs: parse(sdl, { noLocation: true }),
    url: `http://${name}.test/graphql`,
  }));
  const result = composeServices(services);
  if (result.supergraphSdl === undefined) return { errors: result.errors.map(({ message }) => message) };
  return { supergraph: result.supergraphSdl, public: result.publicSdl };
}

/** @param {string} line */
function answered(line) {
  try {
    return composed(line);
  } catch (error) {
    return { errors: [error instanceof Error ? error.message : String(error)] };
  }
}

for await (const line of createInterface({ input: stdin })) {
  stdout.write(`${JSON.stringify(answered(line))}\n`);
}
