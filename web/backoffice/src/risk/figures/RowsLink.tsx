/** A figure that links to the customers it is made of. */
import { Link } from 'react-admin';

import { rowsPath } from './rows.ts';

import type { RowsOf } from './rows.ts';

interface Props {
  readonly to: RowsOf;
  readonly children: string;
}

export function RowsLink({ to, children }: Props) {
  return <Link to={rowsPath(to)}>{children}</Link>;
}
