// Composes subgraph SDL files into one supergraph file.
//
//   node compose.mjs OUT name.graphql… [--url name=URL]… [--include TAG]… [--exclude TAG]… [--keep-unreachable]
//
// --include and --exclude compose a contract: a variant for some clients. What has an excluded tag, or
// lacks every included one, is @inaccessible there, and so is a type that then nothing leads to.
//
// A subgraph is named after its file. Without --url, the first one listens on
// http://127.0.0.1:4001/graphql, the second on 4002, and so on in the order given.
// The composition library has the MIT licence; Apollo's own has Elastic-2.0, which we cannot use.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { argv, exit, stderr } from 'node:process';
import { parseArgs } from 'node:util';

import { composeSchemaContract, composeServices } from '@theguild/federation-composition';
import { Kind, parse, visit } from 'graphql';

const FIRST_PORT = 4001;
const USAGE =
  'usage: compose.mjs OUT name.graphql… [--url name=URL]… [--include TAG]… [--exclude TAG]… [--keep-unreachable]';

/** A failure that is shown on the terminal, one line per problem, without a stack trace. */
class ComposeError extends Error {
  /** @param {string[]} lines */
  constructor(lines) {
    super(lines.join('\n'));
  }
}

/** @param {string[]} given `name=URL` pairs */
function urlsByName(given) {
  return new Map(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new ComposeError([`--url ${pair}: expected name=URL`]);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** @param {string} file */
function parseSdl(file) {
  try {
    return parse(readFileSync(file, 'utf8'), { noLocation: true });
  } catch (error) {
    throw new ComposeError([`${file}: ${oneLine(error)}`]);
  }
}

/** @param {unknown} error */
function oneLine(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/gu, ' ').trim();
}

/**
 * @param {string[]} files
 * @param {Map<string, string>} urls
 */
function readSubgraphs(files, urls) {
  const subgraphs = files.map((file, position) => {
    const name = basename(file, extname(file));
    const url = urls.get(name) ?? `http://127.0.0.1:${FIRST_PORT + position}/graphql`;
    return { name, typeDefs: parseSdl(file), url };
  });
  const names = subgraphs.map(({ name }) => name);
  const twice = names.filter((name, position) => names.indexOf(name) !== position);
  const unknown = [...urls.keys()].filter((name) => !names.includes(name));
  const faults = [
    ...twice.map((name) => `${name}: given twice`),
    ...unknown.map((name) => `--url ${name}: no such subgraph`),
  ];
  if (faults.length > 0) throw new ComposeError(faults);
  return subgraphs;
}

/**
 * Refuse tags that no subgraph has: a misspelt one would leave everything in a contract.
 *
 * @param {{ typeDefs: import('graphql').DocumentNode }[]} subgraphs
 * @param {string[]} wanted
 */
function requireTags(subgraphs, wanted) {
  const known = new Set();
  for (const { typeDefs } of subgraphs) {
    visit(typeDefs, {
      Directive({ name, arguments: given }) {
        if (!['tag', 'federation__tag'].includes(name.value)) return;
        for (const { value } of given ?? []) if (value.kind === Kind.STRING) known.add(value.value);
      },
    });
  }
  const unknown = wanted.filter((tag) => !known.has(tag));
  if (unknown.length > 0) throw new ComposeError(unknown.map((tag) => `${tag}: no subgraph has this tag`));
}

/** @param {string[]} args */
function main(args) {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      url: { type: 'string', multiple: true, default: [] },
      include: { type: 'string', multiple: true, default: [] },
      exclude: { type: 'string', multiple: true, default: [] },
      'keep-unreachable': { type: 'boolean', default: false },
    },
  });
  const [out, ...files] = positionals;
  if (out === undefined || files.length === 0) throw new ComposeError([USAGE]);
  const subgraphs = readSubgraphs(files, urlsByName(values.url));
  const tags = { include: new Set(values.include), exclude: new Set(values.exclude) };
  requireTags(subgraphs, [...tags.include, ...tags.exclude]);
  const result =
    tags.include.size + tags.exclude.size > 0
      ? composeSchemaContract(subgraphs, tags, !values['keep-unreachable'])
      : composeServices(subgraphs);
  if (result.supergraphSdl === undefined) {
    throw new ComposeError(result.errors.map(oneLine));
  }
  // Replace the file as a whole, so that no reader sees half a supergraph.
  writeFileSync(`${out}.part`, `${result.supergraphSdl.trimEnd()}\n`);
  renameSync(`${out}.part`, out);
}

try {
  main(argv.slice(2));
} catch (error) {
  stderr.write(`${error instanceof ComposeError ? error.message : oneLine(error)}\n`);
  exit(1);
}
