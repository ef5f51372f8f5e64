/** The choices of a filter, which always show what is chosen. */

export interface Choice {
  readonly id: string;
  readonly name: string;
}

/** Return the choices with the one that a link has chosen, which may be older or not known any more. */
export function withChosen(choices: readonly Choice[], chosen: unknown, name: (id: string) => string): readonly Choice[] {
  if (typeof chosen !== 'string' || chosen === '' || choices.some(({ id }) => id === chosen)) return choices;
  return [...choices, { id: chosen, name: name(chosen) }];
}
