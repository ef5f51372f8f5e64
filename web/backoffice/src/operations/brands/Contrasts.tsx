/** The contrast of each pair of colours, as the server computes it: what cannot be read comes first. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';

import { DataRows } from '../page/DataRows.tsx';

import type { Contrast } from '../../graph/generated/operations.ts';

export function Contrasts({ contrasts }: { readonly contrasts: readonly Contrast[] }) {
  const unreadable = contrasts.filter(({ readable }) => !readable);
  const rows = [...unreadable, ...contrasts.filter(({ readable }) => readable)];
  return (
    <Box>
      <Typography variant="h6" component="h3" gutterBottom>
        Contrast
      </Typography>
      <Alert severity={unreadable.length === 0 ? 'success' : 'error'} role="status" sx={{ marginBottom: 2 }}>
        {unreadable.length === 0
          ? 'Everything is legible by WCAG 2.2 AA.'
          : `${unreadable.length} of ${contrasts.length} pairs cannot be read; a theme with them is refused.`}
      </Alert>
      <DataRows
        label="Contrast of each pair"
        rows={rows}
        id={({ front, back, scheme, use }) => `${front} ${back} ${scheme} ${use}`}
        nothing="The widget has no colours."
        columns={[
          { head: 'Sample', cell: (one) => <Sample of={one} /> },
          { head: 'Pair', cell: ({ front, back }) => `${front} on ${back}` },
          { head: 'Pages', cell: ({ scheme }) => scheme },
          { head: 'For', cell: ({ use }) => use },
          { head: 'Ratio', cell: ({ ratio }) => `${ratio}:1`, right: true },
          { head: 'Needs', cell: ({ least }) => `${least}:1`, right: true },
          { head: 'Result', cell: ({ readable }) => <Chip size="small" variant="outlined" color={readable ? 'success' : 'error'} label={readable ? 'passes' : 'fails'} /> },
        ]}
      />
    </Box>
  );
}

/** A picture of the two colours, which carries no information of its own. */
function Sample({ of }: { readonly of: Contrast }) {
  return (
    <svg width="44" height="26" viewBox="0 0 44 26" role="img" aria-label={`${of.frontColour} on ${of.backColour}`}>
      <rect width="44" height="26" rx="4" style={{ fill: of.backColour }} stroke="currentColor" strokeOpacity="0.4" />
      <path d="M9 8h26M9 13h26M9 18h16" style={{ stroke: of.frontColour }} strokeWidth="2.4" />
    </svg>
  );
}
