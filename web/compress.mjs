/** Writes a `.br` and a `.gz` beside each file that is worth it, so that a server need only send them. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TEXTS = /\.(?:css|html|js|json|mjs|svg|txt|ttf)$/u;
/** Below it, headers weigh more than what is saved. */
const LEAST_BYTES = 512;
/** Above it, the best compression takes too long for the little that it saves. */
const LARGE_BYTES = 512 * 1024;
/** Levels of Brotli, for a large file and for others, and of gzip. A demo on the same machine gains nothing by more. */
const LEVELS = { quick: { large: 4, other: 5, gzip: 5 }, small: { large: 7, other: 11, gzip: 9 } };

/**
 * @param {string} folder
 * @param {'quick' | 'small'} way
 */
export async function compress(folder, way) {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files.filter((file) => file.isFile() && TEXTS.test(file.name));
  await Promise.all(texts.map((file) => compressFile(join(file.parentPath, file.name), LEVELS[way])));
}

/**
 * @param {string} path
 * @param {{ large: number, other: number, gzip: number }} levels
 */
async function compressFile(path, levels) {
  const content = await readFile(path);
  if (content.length < LEAST_BYTES) return;
  const quality = content.length > LARGE_BYTES ? levels.large : levels.other;
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }));
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: levels.gzip }));
}
