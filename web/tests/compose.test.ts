/** The composition command, run as `make compose` runs it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, it } from 'vitest';

const COMPOSE = fileURLToPath(new URL('../compose.mjs', import.meta.url));
const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const CLUB = `${LINK}
type Query { club: Club }
type Club @key(fields: "id") { id: ID! name: String! }`;
const PROGRESS = `${LINK}
type Club @key(fields: "id") { id: ID! staked: Int! }`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compose-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

function compose(...args: readonly string[]) {
  const { status, stderr } = spawnSync(process.execPath, [COMPOSE, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, lines: stderr.trim().split('\n') };
}

function supergraph(): string {
  return readFileSync(join(folder, 'out.graphql'), 'utf8');
}

it('composes the subgraphs under the names of their files, on ports in the order given', () => {
  write({ 'club.graphql': CLUB, 'progress.graphql': PROGRESS });
  expect(compose('out.graphql', 'club.graphql', 'progress.graphql').status).toBe(0);
  expect(supergraph()).toContain('CLUB @join__graph(name: "club", url: "http://127.0.0.1:4001/graphql")');
  expect(supergraph()).toContain('PROGRESS @join__graph(name: "progress", url: "http://127.0.0.1:4002/graphql")');
});

it('takes the address of a subgraph from --url', () => {
  write({ 'club.graphql': CLUB });
  compose('out.graphql', 'club.graphql', '--url', 'club=http://club.test/?a=b');
  expect(supergraph()).toContain('url: "http://club.test/?a=b"');
});

it('writes the same text for the same subgraphs', () => {
  write({ 'club.graphql': CLUB, 'progress.graphql': PROGRESS });
  compose('out.graphql', 'club.graphql', 'progress.graphql');
  const first = supergraph();
  compose('out.graphql', 'club.graphql', 'progress.graphql');
  expect(supergraph()).toBe(first);
});

it('tells composition errors one a line, fails, and writes nothing', () => {
  const nameless = PROGRESS.replace('fields: "id"', 'fields: "none"');
  const wrong = `${LINK}\ntype Club @key(fields: "nothing") { id: ID! won: Int! }`;
  write({ 'club.graphql': CLUB, 'progress.graphql': nameless, 'wrong.graphql': wrong });
  const { status, lines } = compose('out.graphql', 'club.graphql', 'progress.graphql', 'wrong.graphql');
  expect(status).toBe(1);
  expect(lines).toEqual([expect.stringContaining('[progress]'), expect.stringContaining('[wrong]')]);
  expect(existsSync(join(folder, 'out.graphql'))).toBe(false);
});

it.each([
  ['no subgraph', ['out.graphql'], 'usage:'],
  ['a file that is not there', ['out.graphql', 'none.graphql'], 'none.graphql: '],
  ['an address without a name', ['out.graphql', 'club.graphql', '--url', 'http'], 'name=URL'],
  ['an address of no subgraph', ['out.graphql', 'club.graphql', '--url', 'x=http://x'], 'no such subgraph'],
  ['a subgraph given twice', ['out.graphql', 'club.graphql', 'club.graphql'], 'given twice'],
  ['an unknown option', ['out.graphql', 'club.graphql', '--port', '1'], '--port'],
])('refuses %s in one line', (_, args, told) => {
  write({ 'club.graphql': CLUB });
  const { status, lines } = compose(...args);
  expect(status).toBe(1);
  expect(lines).toEqual([expect.stringContaining(told)]);
});
