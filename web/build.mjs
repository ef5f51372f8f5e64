/**
 * Builds everything that is served, into `dist`, and the packages' scripts, into `packages/NAME/dist`.
 *
 * The widget is drawn by Preact where it comes as a script or a frame, and by React in the demo's page.
 */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import process, { env } from 'node:process';
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

env['NODE_ENV'] = 'production';
const PAGES = ['config', 'frame.config', 'graphiql.config', 'backoffice.config', 'preview.config'];
for (const page of PAGES) {
  const config = `vite.${page}.ts`;
  await build({ configFile: local(config), logLevel: 'warn' });
}
for (const name of ['client', 'element', 'frame', 'react']) {
  await build({ configFile: local('vite.packages.config.ts'), logLevel: 'warn', mode: name });
}
// A build may change its folder, so that the types come after it.
execFileSync(process.execPath, [local('node_modules/typescript/bin/tsc'), '--project', local('packages/client')], { stdio: 'inherit' });
await mkdir(local('dist/widget/v1'), { recursive: true });
for (const [from, to] of SCRIPTS) await copyFile(local(from), local(to));
await compress(local('dist'));
