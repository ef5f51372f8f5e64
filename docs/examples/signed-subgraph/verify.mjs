// Verifies that a request to a subgraph is its gateway's, with nothing but Node's own modules.
//
// The profile of RFC 9421 is described in docs/gateway/signed-requests.md. A complete subgraph that uses this
// file is tests/node/signed-subgraph.mjs.
import { createHash, createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

const TAG = 'furlong-subgraph';
const DERIVED = ['@method', '@authority', '@path', '@query'];
const REQUIRED = [...DERIVED, 'content-type', 'content-digest', 'subgraph-name'];
const UNSIGNED = new Set([
  'host', 'accept', 'accept-encoding', 'connection', 'content-length', 'transfer-encoding', 'user-agent',
  'traceparent', 'tracestate', 'baggage', 'x-envoy-expected-rq-timeout-ms',
]);
const MAX_SECONDS = 60;
const SKEW_SECONDS = 5;
const MAX_NONCES = 500_000;
const LOOK_MILLISECONDS = 1000;

/** A request is refused; `reason` says why, without anything from the request itself. */
export class Refused extends Error {
  constructor(reason, status = 401) {
    super(reason);
    this.reason = reason;
    this.status = status;
  }
}

/** Reads a JSON Web Key Set with secrets (kty oct) and Ed25519 keys, again whenever the file changes. */
export function keyFile(path) {
  let keys = read();
  let version = versionOf();
  let lookAt = Date.now() + LOOK_MILLISECONDS;

  function versionOf() {
    const status = statSync(path);
    return `${status.mtimeMs} ${status.size} ${status.ino}`;
  }

  function read() {
    const set = JSON.parse(readFileSync(path, 'utf8'));
    return new Map(set.keys.map((jwk) => [jwk.kid, keyOf(jwk)]));
  }

  return () => {
    if (Date.now() >= lookAt) {
      lookAt = Date.now() + LOOK_MILLISECONDS;
      try {
        const now = versionOf();
        if (now !== version) {
          version = now;
          keys = read();
        }
      } catch (error) {
        console.error(`the gateway's keys cannot be read, the last ones serve: ${error.message}`);
      }
    }
    return keys;
  };
}

function keyOf(jwk) {
  if (jwk.kty === 'oct') {
    const secret = Buffer.from(jwk.k, 'base64url');
    if (secret.length < 32) throw new Error('a secret of less than 32 bytes');
    return {
      algorithm: 'hmac-sha256',
      verifies(base, signature) {
        const expected = createHmac('sha256', secret).update(base).digest();
        return expected.length === signature.length && timingSafeEqual(expected, signature);
      },
    };
  }
  const { kty, crv, x } = jwk;
  if (crv !== 'Ed25519') throw new Error('a key that is neither a secret nor Ed25519');
  const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  return { algorithm: 'ed25519', verifies: (base, signature) => verify(null, base, key, signature) };
}

/**
 * Returns a function that verifies the head of a request, and returns what the gateway says of it.
 *
 * @param {string} audience the subgraph's name in the supergraph
 * @param {() => Map<string, object>} keys see `keyFile`
 */
export function verifier(audience, keys) {
  const nonces = new Nonces();
  return (request) => {
    const values = Object.fromEntries(
      Object.entries(request.headersDistinct).map(([name, each]) => [name, each.join(', ')]),
    );
    if (!values['signature-input'] || !values.signature) throw new Refused('unsigned');
    const stated = statedBy(values['signature-input']);
    const signature = bytesOf(values.signature).get(stated.label);
    if (!signature) throw new Refused('malformed');
    const { created, expires, nonce, keyid, alg } = stated.parameters;
    const lasts = expires - created;
    const isComplete = Number.isInteger(lasts) && typeof nonce === 'string';
    if (!isComplete || lasts <= 0 || lasts > MAX_SECONDS || nonce.length < 8 || nonce.length > 128) {
      throw new Refused('parameters');
    }
    const covered = new Set(stated.components);
    const isWhole = REQUIRED.every((name) => covered.has(name)) && covered.size === stated.components.length;
    const isPresent = stated.components.every((name) => DERIVED.includes(name) || name in values);
    // Nobody else may have given the request another customer.
    const isIdentified = covered.has('authorization') || !('authorization' in values);
    if (!isWhole || !isPresent || !isIdentified) throw new Refused('components');
    if (values['subgraph-name'] !== audience) throw new Refused('audience');
    const digest = bytesOf(values['content-digest']).get('sha-256');
    if (digest?.length !== 32) throw new Refused('malformed');
    const key = keys().get(keyid);
    if (!key || (alg ?? key.algorithm) !== key.algorithm) throw new Refused('key');
    const now = Date.now() / 1000;
    if (now < created - SKEW_SECONDS || now >= expires + SKEW_SECONDS) throw new Refused('time');
    const known = { ...values, ...derivedOf(request, values.host ?? '') };
    const lines = stated.components.map((name) => `"${name}": ${known[name].trim()}`);
    // A header may hold any octet: latin1 keeps each of them.
    const base = Buffer.from([...lines, `"@signature-params": ${stated.text}`].join('\n'), 'latin1');
    if (!key.verifies(base, signature)) throw new Refused('signature');
    nonces.use(`${keyid} ${nonce}`, now);
    return { digest, covered };
  };
}

/**
 * Returns the body of a request that is the gateway's, and takes away the headers that are not signed.
 *
 * @throws {Refused} before the body is read, unless it is another one or too long
 */
export async function signedBody(request, verifyHead, mostBytes = 1024 * 1024) {
  const { digest, covered } = verifyHead(request);
  for (const name of Object.keys(request.headers)) {
    if (!covered.has(name) && !UNSIGNED.has(name)) delete request.headers[name];
  }
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > mostBytes) throw new Refused('too_large', 413);
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  if (!timingSafeEqual(createHash('sha256').update(body).digest(), digest)) throw new Refused('digest');
  return body;
}

/** Refuses a request with something that is no GraphQL response, so that no router shows it to a client. */
export function refuse(response, error) {
  const content = JSON.stringify({ title: 'Only requests signed by the gateway are answered.', reason: error.reason });
  response.writeHead(error.status, { 'content-type': 'application/problem+json', connection: 'close' });
  response.end(content);
}

/** Components that are no headers (RFC 9421, section 2.2). */
function derivedOf(request, host) {
  const [path, ...query] = request.url.split('?');
  const port = request.socket.encrypted ? ':443' : ':80';
  const authority = host.toLowerCase();
  return {
    '@method': request.method,
    '@authority': authority.endsWith(port) ? authority.slice(0, -port.length) : authority,
    '@path': path,
    '@query': `?${query.join('?')}`,
  };
}

const LABEL = /([a-z*][a-z0-9_\-.*]*)=/y;
const COMPONENTS = /\(((?: *"[ !#-[\]-~]*"(?=[ )]))*) *\)/y;
const PARAMETER = /; *([a-z*][a-z0-9_\-.*]*)=(?:"([ !#-[\]-~]*)"|([0-9]{1,15})(?![0-9.]))/y;
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y;
const COMMA = /[ \t]*,[ \t]*/y;

/** Returns the one signature with our tag that a `Signature-Input` describes. */
function statedBy(header) {
  const found = [];
  for (const [label, reader] of members(header)) {
    const start = reader.at;
    const components = [...reader.take(COMPONENTS)[1].matchAll(/"([^"]*)"/g)].map((each) => each[1]);
    const parameters = Object.create(null);
    let each;
    while ((each = reader.find(PARAMETER))) {
      if (each[1] in parameters) throw new Refused('malformed');
      parameters[each[1]] = each[2] ?? Number(each[3]);
    }
    if (parameters.tag === TAG) {
      found.push({ label, components, parameters, text: header.slice(start, reader.at) });
    }
  }
  if (found.length === 0) throw new Refused('unsigned');
  if (found.length > 1) throw new Refused('malformed');
  return found[0];
}

/** Returns the members of a dictionary of byte sequences. */
function bytesOf(header) {
  const found = new Map();
  for (const [label, reader] of members(header)) {
    found.set(label, Buffer.from(reader.take(BYTES)[1], 'base64'));
  }
  return found;
}

/** Goes through the members of a dictionary (RFC 9651); each must be read before the next one is asked for. */
function* members(header) {
  const reader = {
    at: 0,
    find(pattern) {
      pattern.lastIndex = this.at;
      const match = pattern.exec(header);
      if (match) this.at = pattern.lastIndex;
      return match;
    },
    take(pattern) {
      const match = this.find(pattern);
      if (!match) throw new Refused('malformed');
      return match;
    },
  };
  const labels = new Set();
  do {
    const label = reader.take(LABEL)[1];
    if (labels.has(label)) throw new Refused('malformed');
    labels.add(label);
    yield [label, reader];
    if (reader.at === header.length) return;
  } while (reader.take(COMMA));
}

/** Remembers nonces for as long as their signatures could be accepted. */
class Nonces {
  #present = new Set();
  #past = new Set();
  #endsAt = 0;

  use(nonce, now) {
    const span = MAX_SECONDS + 2 * SKEW_SECONDS;
    if (now >= this.#endsAt) {
      this.#past = now < this.#endsAt + span ? this.#present : new Set();
      this.#present = new Set();
      this.#endsAt = now + span;
    }
    if (this.#present.has(nonce) || this.#past.has(nonce)) throw new Refused('replayed');
    if (this.#present.size >= MAX_NONCES) throw new Refused('overloaded', 503);
    this.#present.add(nonce);
  }
}
