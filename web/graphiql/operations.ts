/** The operations of the clients, each as a document of its own. */
import betslip from '@contracts/betslip.graphql?raw';
import mutations from '@contracts/mutations.graphql?raw';
import updates from '@contracts/updates.graphql?raw';
import { Kind, OperationTypeNode, parse, visit, type DefinitionNode } from 'graphql';

import deferred from './deferred.graphql?raw';
import events from './events.graphql?raw';
import details from '../packages/client/src/operations/details.graphql?raw';

export interface Operation {
  readonly name: string;
  readonly text: string;
}

/** Returns each named operation of a document, in order, with the fragments that it spreads. */
export function operationsOf(text: string): Operation[] {
  const { definitions } = parse(text);
  return definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION || definition.name === undefined) return [];
    const parts = [definition, ...fragmentsOf(definition, definitions)];
    return [{ name: definition.name.value, text: parts.map((part) => sourceOf(part, text)).join('\n\n') }];
  });
}

/**
 * The bet-slip's operations: what it reads, what customers change, what they ask for, and what it follows; and an
 * example of a response in parts and one of sports events, which the bet-slip does not need.
 */
export const OPERATIONS: readonly Operation[] = [betslip, updates, mutations, details, deferred, events].flatMap(operationsOf);

/** Whether a document only asks: it has a query, and neither changes nor follows anything. */
export function asksOnly(text: string): boolean {
  try {
    const operations = parse(text).definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    return operations.length > 0 && operations.every(({ operation }) => operation === OperationTypeNode.QUERY);
  } catch {
    return false;
  }
}

function fragmentsOf(of: DefinitionNode, all: readonly DefinitionNode[]): Set<DefinitionNode> {
  const found = new Set<DefinitionNode>();
  const collect = (part: DefinitionNode) => {
    visit(part, {
      FragmentSpread({ name }) {
        const fragment = all.find((each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name.value);
        if (fragment === undefined || found.has(fragment)) return;
        found.add(fragment);
        collect(fragment);
      },
    });
  };
  collect(of);
  return found;
}

function sourceOf({ loc }: DefinitionNode, text: string): string {
  return text.slice(loc?.start, loc?.end);
}
