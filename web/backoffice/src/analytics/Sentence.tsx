/** A sentence about a table or a column, whose `names` in backticks are code. */
import { Fragment } from 'react';

export function Sentence({ says }: { readonly says: string }) {
  return says.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : <Fragment key={at}>{part}</Fragment>));
}
