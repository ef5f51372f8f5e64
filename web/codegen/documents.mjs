/** Writes each operation with its SHA-256 digest, as a constant for clients or as a manifest for gateways. */
import { createHash } from 'node:crypto';

import { Kind, print, stripIgnoredCharacters, visit } from 'graphql';

/**
 * The plugin's entry: with `format: manifest` it writes JSON, otherwise TypeScript.
 *
 * @type {import('@graphql-codegen/plugin-helpers').PluginFunction<{ readonly format?: 'manifest' }>}
 */
export const plugin = (_schema, documents, { format }) => {
  const operations = operationsOf(documents);
  if (format === 'manifest') {
    return JSON.stringify(Object.fromEntries(operations.map(({ id, text }) => [id, text])), null, 2);
  }
  const prepend = ['/* Written by `npm run codegen`. */', "import type { Operation } from '../operations/operation.ts';"];
  return { prepend, content: operations.map(constant).join('\n') };
};

/** @param {ReturnType<typeof operationsOf>[number]} operation */
function constant({ name, kind, id, text }) {
  const types = `${name}${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  return `
export const ${name}: Operation<${types}, ${types}Variables> = {
  name: '${name}',
  kind: '${kind}',
  id: '${id}',
  text: ${JSON.stringify(text)},
};`;
}

/** @param {readonly import('@graphql-codegen/plugin-helpers').Types.DocumentFile[]} files */
function operationsOf(files) {
  const definitions = files.flatMap(({ document }) => document?.definitions ?? []);
  const fragments = new Map(
    definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
  );
  return definitions
    .filter((each) => each.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => {
      const text = stripIgnoredCharacters([operation, ...fragmentsOf(operation, fragments)].map(print).join('\n'));
      const id = `sha256:${createHash('sha256').update(text).digest('hex')}`;
      return { name: operation.name?.value ?? '', kind: operation.operation, id, text };
    });
}

/**
 * The fragments of an operation and of its fragments, each once.
 *
 * @param {import('graphql').OperationDefinitionNode} operation
 * @param {ReadonlyMap<string, import('graphql').FragmentDefinitionNode>} fragments
 */
function fragmentsOf(operation, fragments) {
  /** @type {Set<import('graphql').FragmentDefinitionNode>} */
  const found = new Set();
  /** @param {import('graphql').ASTNode} node */
  function collect(node) {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || found.has(fragment)) return;
        found.add(fragment);
        collect(fragment);
      },
    });
  }
  collect(operation);
  return [...found];
}
