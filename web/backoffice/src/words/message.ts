/** What a message of the catalogue is: a text, a text with named values in it, or the names of the codes of a kind. */

/** The values of a message by name, already written as people read them. */
export type Named<Name extends string> = Readonly<Record<Name, string | number>>;

type Message = string | ((values: never) => string) | Readonly<Record<string, string>>;

export type Messages = Readonly<Record<string, Message>>;

const RULES = new Intl.PluralRules('en-GB');

/** Return the text for a number. */
export function plural(n: number, one: string, other: string): string {
  return RULES.select(n) === 'one' ? one : other;
}
