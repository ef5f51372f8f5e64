/**
 * Writes each operation: as a constant with its SHA-256 digest for clients, as a manifest for gateways, or as a
 * constant of its text alone for the back office's screens.
 */
import { createHash } from 'node:crypto';

import { Kind, print, stripIgnoredCharacters, visit } from 'graphql';

const WRITTEN = '/* Written by `npm run codegen`. */';

/**
 * The plugin's entry: with `format: manifest` it writes JSON, otherwise TypeScript, which imports the type of
 * operations from `operation`.
 *
 * @type {import('@graphql-codegen/plugin-helpers').PluginFunction<{
 *   readonly format?: 'manifest' | 'text', readonly operation?: string
 * }>}
 */
export const plugin = (_schema, documents, { format, operation = '../operations/operation.ts' }) => {
  const operations = operationsOf(documents);
  if (format === 'manifest') {
    return JSON.stringify(Object.fromEntries(operations.map(({ id, text }) => [id, text])), null, 2);
  }
  if (format === 'text') {
    const prepend = [WRITTEN, "import type { Document } from '../graph.ts';"];
    return { prepend, content: operations.map(typedText).join('\n') };
  }
  const prepend = [WRITTEN, `import type { Operation } from '${operation}';`];
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

/**
 * An operation as a constant of its text, with the fields of its fragments in their places: that is shorter.
 *
 * @param {ReturnType<typeof operationsOf>[number]} operation
 */
function typedText({ name, plain }) {
  const constantName = name.replace(/(?<=[a-z])[A-Z]/gu, '_$&').toUpperCase();
  return `export const ${constantName} = ${JSON.stringify(plain())} as Document<${name}, ${name}Variables>;`;
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
      const plain = () => stripIgnoredCharacters(print(withoutFragments(operation, fragments)));
      return { name: operation.name?.value ?? '', kind: operation.operation, id, text, plain };
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

/**
 * A definition with the fields of fragments in place of their names.
 *
 * @template {import('graphql').OperationDefinitionNode | import('graphql').FragmentDefinitionNode} Definition
 * @param {Definition} definition
 * @param {ReadonlyMap<string, import('graphql').FragmentDefinitionNode>} fragments
 * @returns {Definition}
 */
function withoutFragments(definition, fragments) {
  return visit(definition, {
    SelectionSet: (set) => ({
      ...set,
      selections: set.selections.flatMap((selection) => {
        const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : undefined;
        return fragment === undefined ? [selection] : withoutFragments(fragment, fragments).selectionSet.selections;
      }),
    }),
  });
}
