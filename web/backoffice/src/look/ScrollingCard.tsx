/** The card around a list's table, which scrolls by itself, by keyboard too, if the table is wider than the page. */
import { Card, type CardProps } from '@mui/material';

import { WORDS } from '../words/index.ts';

/** An inline style, because the framework's rule for the content of lists is more specific than a class. */
const SCROLLING = { overflowX: 'auto' } as const;

export function ScrollingCard(props: CardProps) {
  return <Card {...props} tabIndex={0} role="region" aria-label={WORDS.common.table} style={SCROLLING} />;
}
