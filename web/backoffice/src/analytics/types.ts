/** The engine's types, in words. */
import { WORDS } from '../words/index.ts';

const TYPES = WORDS.analytics.types;

/** What says how a type is kept, and not what it is. */
const KEPT = /^(?:LowCardinality|Nullable|SimpleAggregateFunction)\((?:\w+, )?(.+)\)$/u;

const KINDS = [
  [/^(?:Fixed)?String|^UUID|^Enum/u, TYPES.text],
  [/^U?Int\d/u, TYPES.whole],
  [/^Float|^Decimal/u, TYPES.number],
  [/^Date(?:32)?$/u, TYPES.date],
  [/^DateTime/u, TYPES.moment],
  [/^Bool/u, TYPES.yes],
  [/^Array/u, TYPES.list],
] as const;

/** Return a type of the engine in words: `LowCardinality(String)` is text. */
export function typeName(type: string): string {
  const inner = KEPT.exec(type)?.[1];
  if (inner !== undefined) return typeName(inner);
  return KINDS.find(([form]) => form.test(type))?.[1] ?? TYPES.other;
}
