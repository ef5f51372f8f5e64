/** The packages, as npm would publish them: what is in them, how large they are, and whether their types are found. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const WEB = fileURLToPath(new URL('..', import.meta.url));
const NAMES = ['client', 'element', 'frame', 'react'] as const;
/** The whole element, with all languages, styles and clients. */
const ELEMENT_BROTLI_BYTES = 45_000;

interface Packed {
  readonly name: string;
  readonly version: string;
  readonly files: readonly { readonly path: string }[];
}

function packageOf(name: string) {
  const text = readFileSync(join(WEB, 'packages', name, 'package.json'), 'utf8');
  return JSON.parse(text) as { version: string; exports: { '.': { types: string; default: string } } };
}

// The packages are built by `npm run build`, which `make test` does before.
const isBuilt = NAMES.every((name) => existsSync(join(WEB, 'packages', name, 'dist')));

describe.skipIf(!isBuilt && process.env['CI'] === undefined)('the packages', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'furlong-packages-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('contain their script and their types, and nothing of their sources', () => {
    const folders = NAMES.map((name) => `./packages/${name}`);
    const told = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', ...folders], {
      cwd: WEB,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const packed = Object.values(JSON.parse(told) as readonly Packed[] | Readonly<Record<string, Packed>>);
    for (const name of NAMES) {
      const { version, exports } = packageOf(name);
      const named = Object.values(exports['.']).map((path) => path.replace('./', ''));
      const files = packed.find((each) => each.name === `@furlong/${name}`)?.files.map(({ path }) => path);
      // The client's types are written by the compiler, one file a module.
      const parts = files?.filter((path) => path.startsWith('dist/types/') && path.endsWith('.d.ts') && !named.includes(path)) ?? [];
      expect(parts.length > 0).toBe(name === 'client');
      expect(files?.filter((path) => !parts.includes(path)).sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...named].sort());
      // The address of the scripts, /widget/v1/, is that of the first number.
      expect(version).toMatch(/^1\.\d+\.\d+$/u);
      expect(readFileSync(join(WEB, 'packages', name, 'CHANGELOG.md'), 'utf8')).toContain(`## [${version}]`);
    }
  });

  it('are installed from their tarballs without a network, and have types that a page finds', () => {
    const npm = (...words: string[]) => execFileSync('npm', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    const paths = NAMES.map((name) => join(WEB, 'packages', name));
    const tarballs = npm('pack', '--ignore-scripts', '--silent', ...paths).trim().split('\n').map((file) => `./${file}`);
    expect(tarballs).toHaveLength(NAMES.length);
    npm('install', '--offline', '--no-audit', '--no-fund', '--legacy-peer-deps', '--ignore-scripts', ...tarballs);
    for (const name of ['react', 'csstype', '@types/react']) link(name);
    writeFileSync(join(folder, 'page.tsx'), PAGE);
    const options = ['--noEmit', '--strict', '--jsx', 'react-jsx', '--target', 'es2022', '--lib', 'es2022,dom'];
    const tsc = join(WEB, 'node_modules', 'typescript', 'bin', 'tsc');
    for (const resolution of [['--module', 'node16'], ['--module', 'esnext', '--moduleResolution', 'bundler', '--skipLibCheck']]) {
      const words = [tsc, ...options, ...resolution, 'page.tsx'];
      const checked = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
      expect(checked.stdout).toBe('');
    }
  }, 600_000);

  it('leave out of a build what a page does not use', async () => {
    const imports = "import { connectFrame } from '@furlong/frame';\nimport { createFurlongClient } from '@furlong/client';";
    writeFileSync(join(folder, 'unused.js'), `${imports}\nexport const kept = 'page';\n`);
    const built = await build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      build: { write: false, lib: { entry: join(folder, 'unused.js'), formats: ['es'] } },
    });
    const [output] = [built].flat() as { output: { code: string }[] }[];
    expect(output?.output[0]?.code.length).toBeLessThan(200);
  });

  it('render on a server, where there is no element and no window', () => {
    const target = join(folder, 'node_modules', '@furlong', 'react');
    cpSync(join(WEB, 'packages', 'react'), target, { recursive: true });
    for (const name of ['react', 'react-dom']) link(name);
    writeFileSync(join(folder, 'server.mjs'), SERVER);
    const html = execFileSync(process.execPath, ['server.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(html).toMatch(/^<furlong-club brand="northbet" endpoint="https:\/\/club.example\/graphql" style="[^"]*"><\/furlong-club>$/u);
  });

  function link(name: string): void {
    const source = join(WEB, 'node_modules', name);
    const target = join(folder, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    if (existsSync(source) && !existsSync(target)) symlinkSync(source, target);
  }

  it('keep the element below its budget', () => {
    const script = readFileSync(join(WEB, 'packages/element/dist/furlong-club.js'));
    expect(brotliCompressSync(script).length).toBeLessThan(ELEMENT_BROTLI_BYTES);
    expect(script.includes('react-dom')).toBe(false);
  });
});

const PAGE = `
import { CLUB, CLUB_UPDATED, createFurlongClient, operationOf, Unreached } from '@furlong/client';
import { FurlongClubElement, type ClubStatus } from '@furlong/element';
import { connectFrame, type ClubFrame } from '@furlong/frame';
import { FurlongClub } from '@furlong/react';
import { createRef } from 'react';

const element: FurlongClubElement = document.createElement('furlong-club');
element.getToken = async (reason) => (reason === 'start' ? 'token' : null);
element.slip = { stakeMinor: 500, currency: 'GBP', oddsMilli: 2500 };
element.addEventListener('furlong:state', ({ detail }) => {
  const status: ClubStatus = detail;
  if (status.kind === 'club') console.log(status.state, status.percent);
});
element.addEventListener('furlong:token-needed', ({ detail }) => detail.respond(Promise.resolve('token')));

const frame: ClubFrame = connectFrame(document.createElement('iframe'), { getToken: () => null });
frame.betPlaced();

const furlong = createFurlongClient({ brand: 'northbet', url: '/graphql', getToken: () => null });
const { data } = await furlong.request(CLUB, { brand: 'northbet' });
const percent: number | undefined = data?.club?.progress?.percent;
// @ts-expect-error The operation needs a brand.
await furlong.request(CLUB, {});
// @ts-expect-error The club has no such field.
data?.club?.percent;
const outcome = await furlong.change({ kind: 'opt-out', brand: 'northbet' });
if (outcome.kind === 'refused') console.log(outcome.errors[0]?.code, percent, new Unreached('', 0).passing);
const end: () => void = furlong.subscribe(CLUB_UPDATED, { brand: 'northbet' }, { update: (answer) => console.log(answer.data?.clubUpdated.version) });
const own = operationOf<{ version: string }, { brand: string }>('query Own($brand: ID!) { club(brand: $brand) { id } }');
const version: string | undefined = (await furlong.request(own, { brand: 'northbet' })).data?.version;
console.log(end, version);

const ref = createRef<FurlongClubElement>();
// @ts-expect-error A brand is a text: the types are those of the packages, and not any.
element.brand = 5;
const props = { brand: 'northbet', endpoint: 'https://club.example/graphql', getToken: () => null };
export const page = <FurlongClub ref={ref} {...props} onState={(status) => console.log(status.kind)} />;
`;

const SERVER = `
import { FurlongClub } from '@furlong/react';
import { createElement, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';

const club = createElement(FurlongClub, { brand: 'northbet', endpoint: 'https://club.example/graphql', getToken: () => null });
process.stdout.write(renderToString(createElement(StrictMode, null, club)));
`;
