/** A message with elements in it, such as a link in the middle of a sentence. */
import { Fragment } from 'react';

import type { ReactNode } from 'react';

interface Props<Name extends string> {
  readonly say: (values: Readonly<Record<Name, string>>) => string;
  readonly values: Readonly<Record<Name, ReactNode>>;
}

/** No text for people has it. */
const MARK = '\u0000';

export function Filled<Name extends string>({ say, values }: Props<Name>) {
  const names = Object.keys(values) as Name[];
  const marked = Object.fromEntries(names.map((name) => [name, `${MARK}${name}${MARK}`])) as Record<Name, string>;
  return say(marked)
    .split(MARK)
    .map((part, at) => <Fragment key={at}>{at % 2 === 0 ? part : values[part as Name]}</Fragment>);
}
