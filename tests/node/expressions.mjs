// Values of a world that are worked out: an object whose only key begins with `$` is an expression.
// tests/http/monolith.py evaluates the same ones, so that both ways of answering have the same data.

/** An entity of the world, with the type that its table has. */
export class Entity {
  constructor(type, data) {
    this.type = type;
    this.data = data;
  }
}

/**
 * The value of an expression, or of anything that has expressions inside of lists.
 *
 * The scope says where it is evaluated: `world`, `args` of the field, and `get(name)`, which reads another
 * field of the same object as a resolver of this subgraph sees it.
 */
export function evaluate(value, scope) {
  if (Array.isArray(value)) return value.map((item) => evaluate(item, scope));
  const [name, operand] = expressionOf(value);
  if (name === undefined) return value;
  const operator = OPERATORS[name];
  if (operator === undefined) throw new Error(`the world has an unknown expression ${name}`);
  return operator(operand, scope);
}

function expressionOf(value) {
  if (value === null || typeof value !== 'object') return [];
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0].startsWith('$') ? [keys[0], value[keys[0]]] : [];
}

const OPERATORS = {
  /** An entity by type and id; null if there is none. */
  $ref([type, id], scope) {
    const data = scope.world.entities[type]?.[evaluate(id, scope)];
    return data === undefined ? null : new Entity(type, data);
  },
  /** An argument, or what lies in it: `{"$argument": ["page", "count"]}`. */
  $argument: (path, scope) => follow(scope.args, path),
  /** Another field of the same object, or what lies in it. */
  $field([name, ...path], scope) {
    return follow(scope.get(name), path);
  },
  /** The first items of a list; all of them if the count is null. */
  $take([list, count], scope) {
    const [items, wanted] = evaluate([list, count], scope);
    return wanted === null ? items : items.slice(0, wanted);
  },
  /** A list the other way round, if the condition holds. */
  $reverse([list, condition], scope) {
    const [items, turned] = evaluate([list, condition], scope);
    return turned === true ? items.toReversed() : items;
  },
  /** A sum or a product; null if any part is null. */
  $plus: (parts, scope) => folded(evaluate(parts, scope), (sum, part) => sum + part),
  $times: (parts, scope) => folded(evaluate(parts, scope), (product, part) => product * part),
  /** Whether one number is above another; null counts as 0. */
  $above(parts, scope) {
    const [one, other] = evaluate(parts, scope);
    return (one ?? 0) > (other ?? 0);
  },
  /** One of two values. */
  $when([condition, yes, no], scope) {
    return evaluate(evaluate(condition, scope) === true ? yes : no, scope);
  },
  /** Strings and whole numbers put together; null is written `none`. */
  $text(parts, scope) {
    return evaluate(parts, scope)
      .flat(Infinity)
      .map((part) => (part === null ? 'none' : String(part)))
      .join('');
  },
  /** Changes a field of an entity, and gives that entity, or null if there is none. */
  $set([ref, field, value], scope) {
    const entity = OPERATORS.$ref(ref, scope);
    if (entity !== null) entity.data[field] = evaluate(value, scope);
    return entity;
  },
  /** An error of this field. */
  $fail(message) {
    throw new Error(message);
  },
};

/** What lies at a path; lists are entered item by item. */
function follow(value, path) {
  if (path.length === 0 || value === null || value === undefined) return value ?? null;
  if (Array.isArray(value)) return value.map((item) => follow(item, path));
  const [name, ...rest] = path;
  return follow((value instanceof Entity ? value.data : value)[name], rest);
}

function folded(parts, combine) {
  return parts.includes(null) ? null : parts.reduce(combine);
}
