/**
 * Builds the pages that are served, into `dist`. `--all` also builds the packages' scripts and types, which only
 * their readers outside need, into `packages/NAME/dist`, and compresses as well as can be.
 *
 * The widget is drawn by Preact where it comes as a script or a frame, and by React in the demo's page.
 */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import process, { argv, env } from 'node:process';
import { fileURLToPath } from 'node:url';

import { build } from 'vite';

import { compress } from './compress.mjs';

/** @param {string} path */
const local = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {readonly (readonly [string, string])[]} the built file of a package, and its stable address */
const SCRIPTS = [
  ['packages/element/dist/furlong-club.js', 'dist/widget/v1/furlong-club.js'],
  ['packages/frame/dist/furlong-frame.js', 'dist/widget/v1/furlong-frame.js'],
];
const PAGES = ['config', 'frame.config', 'play.config', 'backoffice.config', 'preview.config'];

/** @param {string} name @param {string} [mode] */
async function buildOne(name, mode) {
  await build({ configFile: local(`vite.${name}.ts`), logLevel: 'warn', ...(mode === undefined ? {} : { mode }) });
}

/** @param {readonly string[]} names */
async function buildPackages(names) {
  for (const name of names) await buildOne('packages.config', name);
}

async function buildPages() {
  for (const page of PAGES) await buildOne(page);
  await buildPackages(['element', 'frame']);
  await mkdir(local('dist/widget/v1'), { recursive: true });
  for (const [from, to] of SCRIPTS) await copyFile(local(from), local(to));
}

const all = argv.includes('--all');
env['NODE_ENV'] = 'production';
await rm(local('dist'), { recursive: true, force: true });
// GraphiQL, with its editor, takes as long as all others together.
await Promise.all([buildOne('graphiql.config'), buildPages()]);
if (all) {
  await buildPackages(['client', 'react']);
  // A build may change its folder, so that the types come after it.
  execFileSync(process.execPath, [local('node_modules/typescript/bin/tsc'), '--project', local('packages/client')], { stdio: 'inherit' });
}
await compress(local('dist'), all ? 'small' : 'quick');
