// Objects as the resolvers of one subgraph see them, and what that subgraph may be asked.
//
// A subgraph of a world is strict: it resolves an external field only where a `@provides` on the way allows
// it, and reads what a field requires only from the representation. So a gateway that asks the wrong
// subgraph, or forgets a required field, gets an error and not a lucky answer.
import { Kind, parse } from 'graphql';

import { Entity, evaluate } from './expressions.mjs';

const OBJECTS = [Kind.OBJECT_TYPE_DEFINITION, Kind.OBJECT_TYPE_EXTENSION];

/** What a subgraph's SDL says of its types. */
export class Definitions {
  /** @param {string} sdl */
  constructor(sdl) {
    this.document = parse(sdl, { noLocation: true });
    this.objects = this.document.definitions.filter((each) => OBJECTS.includes(each.kind));
  }

  /** The names of object types that have keys, and of all others. */
  get names() {
    return [...new Set(this.objects.map((each) => each.name.value))];
  }

  fieldsOf(type) {
    return this.objects
      .filter((each) => each.name.value === type)
      .flatMap((each) => (each.fields ?? []).map((field) => ({ field, owner: each })));
  }

  /** The field sets of a type's keys. */
  keys(type) {
    return this.objects
      .filter((each) => each.name.value === type)
      .flatMap((each) => fieldSets(each, 'key'));
  }

  isExternal(type, name) {
    const found = this.fieldsOf(type).find(({ field }) => field.name.value === name);
    return found === undefined || has(found.field, 'external') || has(found.owner, 'external');
  }

  /** The field sets that a directive of a field names. */
  ofField(type, name, directive) {
    const found = this.fieldsOf(type).find(({ field }) => field.name.value === name);
    return found === undefined ? [] : fieldSets(found.field, directive);
  }
}

/** An object of the world in a subgraph. */
export class View {
  /**
   * @param {{ world: object, definitions: Definitions }} source
   * @param {string} type
   * @param {object} data
   * @param {{ sent?: object, provided?: object[] }} more the representation, and what the path provides
   */
  constructor(source, type, data, { sent, provided = [] } = {}) {
    Object.assign(this, { source, type, data, sent, provided });
  }

  /** A field's value for an answer. */
  resolve(name, args) {
    this.#check(name);
    const scope = { world: this.source.world, args, get: (other) => this.#get(other) };
    return this.#wrapped(evaluate(this.data[name] ?? null, scope), this.#providedBelow(name));
  }

  #get(name) {
    if (!this.source.definitions.isExternal(this.type, name)) {
      const scope = { world: this.source.world, args: {}, get: (other) => this.#get(other) };
      return evaluate(this.data[name] ?? null, scope);
    }
    if (this.sent === undefined || !(name in this.sent)) {
      throw new Error(`${this.type}.${name} is required and was not sent`);
    }
    return this.sent[name];
  }

  #check(name) {
    const { definitions } = this.source;
    const provided = selected(this.provided, this.type).some((each) => each.name.value === name);
    if (definitions.isExternal(this.type, name) && !provided) {
      throw new Error(`asked for the external field ${this.type}.${name}`);
    }
    for (const wanted of selected(definitions.ofField(this.type, name, 'requires'), this.type)) {
      if (this.sent === undefined || !(wanted.name.value in this.sent)) {
        throw new Error(`${this.type}.${name} needs ${wanted.name.value}, which was not sent`);
      }
    }
  }

  #providedBelow(name) {
    const nested = selected(this.provided, this.type)
      .filter((each) => each.name.value === name && each.selectionSet !== undefined)
      .map((each) => each.selectionSet);
    return [...nested, ...this.source.definitions.ofField(this.type, name, 'provides')];
  }

  #wrapped(value, provided) {
    if (Array.isArray(value)) return value.map((item) => this.#wrapped(item, provided));
    if (value instanceof Entity) return new View(this.source, value.type, value.data, { provided });
    if (value === null || typeof value !== 'object') return value;
    return new View(this.source, value.__typename, value, { provided });
  }
}

/** The entity that a representation names; null if there is none. */
export function entity(source, sent) {
  const { world, definitions } = source;
  const type = sent.__typename;
  // The type of an interface object has no table of its own: its entities are those that implement it.
  const tables = type in world.entities ? [world.entities[type]] : Object.values(world.entities);
  const found = tables
    .flatMap((table) => Object.values(table))
    .find((data) => definitions.keys(type).some((key) => matches(world, data, sent, key)));
  return found === undefined ? null : new View(source, type, found, { sent });
}

function matches(world, data, sent, key) {
  return key.selections.every((node) => {
    const name = node.name.value;
    if (!(name in sent)) return false;
    const value = evaluate(data[name] ?? null, { world, args: {}, get: (other) => data[other] });
    if (node.selectionSet === undefined) return value === sent[name];
    return matches(world, value instanceof Entity ? value.data : value, sent[name], node.selectionSet);
  });
}

/** The fields that selection sets select of a type. */
function selected(sets, type) {
  return sets.flatMap((set) =>
    set.selections.flatMap((node) => {
      if (node.kind === Kind.FIELD) return [node];
      const condition = node.typeCondition?.name.value ?? type;
      return condition === type ? selected([node.selectionSet], type) : [];
    }),
  );
}

function has(node, directive) {
  return (node.directives ?? []).some((each) => each.name.value === directive);
}

function fieldSets(node, directive) {
  return (node.directives ?? [])
    .filter((each) => each.name.value === directive)
    .flatMap((each) => each.arguments ?? [])
    .filter((argument) => argument.name.value === 'fields')
    .map((argument) => parse(`{${argument.value.value}}`, { noLocation: true }).definitions[0].selectionSet);
}
