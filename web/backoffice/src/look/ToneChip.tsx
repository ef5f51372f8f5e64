/** A state as a word on a tinted ground: the word says it, the colour only repeats it. */
import Chip from '@mui/material/Chip';
import { useTheme } from '@mui/material/styles';

import type { Tone } from './theme.ts';

export function ToneChip({ tone, label }: { readonly tone: Tone; readonly label: string }) {
  const [color, backgroundColor] = useTheme().palette.tones[tone];
  return <Chip size="small" label={label} sx={{ color, backgroundColor }} />;
}
