/** The words of a library or a system behind a sentence for people: closed until somebody who mends it opens them. */
import Box from '@mui/material/Box';

import { IdText } from './IdText.tsx';
import { WORDS } from '../words/index.ts';

interface Props {
  /** Nothing is shown if it is empty. */
  readonly of: string | null | undefined;
}

export function TechnicalDetails({ of: words }: Props) {
  if (words === null || words === undefined || words === '') return null;
  return (
    <Box component="details" sx={{ '& summary': { cursor: 'pointer', typography: 'caption', color: 'text.secondary' } }}>
      <summary>{WORDS.common.details}</summary>
      <IdText id={words} />
    </Box>
  );
}
