/** Names of a row's fields, as the framework takes them: the compiler finds a name that the row does not have. */

export type FieldsOf<Row> = (name: keyof Row & string) => string;

/** Return the name; to be declared as `FieldsOf` the row. */
export function fieldName(name: string): string {
  return name;
}
