/** The contrast of each pair of colours, as the server computes it: what cannot be read comes first. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';

import { DataRows } from '../page/DataRows.tsx';
import { WORDS } from '../../words/index.ts';

import type { Contrast } from '../../graph/generated/operations.ts';

export function Contrasts({ contrasts }: { readonly contrasts: readonly Contrast[] }) {
  const unreadable = contrasts.filter(({ readable }) => !readable);
  const rows = [...unreadable, ...contrasts.filter(({ readable }) => readable)];
  return (
    <Box>
      <Typography variant="h6" component="h3" gutterBottom>
        {WORDS.brands.contrast}
      </Typography>
      <Alert severity={unreadable.length === 0 ? 'success' : 'error'} role="status" sx={{ marginBottom: 2 }}>
        {unreadable.length === 0
          ? WORDS.brands.everythingIsLegible
          : WORDS.brands.ofPairsCannotBeRead({ illegible: unreadable.length, pairs: contrasts.length })}
      </Alert>
      <DataRows
        label={WORDS.brands.contrastOfEachPair}
        rows={rows}
        id={({ front, back, scheme, use }) => `${front} ${back} ${scheme} ${use}`}
        nothing={WORDS.brands.theWidgetHasNoColours}
        columns={[
          { head: WORDS.brands.sample, cell: (one) => <Sample of={one} /> },
          { head: WORDS.brands.pair, cell: ({ front, back }) => WORDS.brands.frontOnBack({ front, back }) },
          { head: WORDS.common.pages, cell: ({ scheme }) => scheme },
          { head: WORDS.common.for, cell: ({ use }) => use },
          { head: WORDS.brands.ratio, cell: ({ ratio }) => `${ratio}:1`, right: true },
          { head: WORDS.brands.needs, cell: ({ least }) => `${least}:1`, right: true },
          { head: WORDS.common.result, cell: ({ readable }) => <Chip size="small" variant="outlined" color={readable ? 'success' : 'error'} label={readable ? WORDS.brands.passes : WORDS.brands.fails} /> },
        ]}
      />
    </Box>
  );
}

/** A picture of the two colours, which carries no information of its own. */
function Sample({ of }: { readonly of: Contrast }) {
  return (
    <svg width="44" height="26" viewBox="0 0 44 26" role="img" aria-label={WORDS.brands.frontOnBack({ front: of.frontColour, back: of.backColour })}>
      <rect width="44" height="26" rx="4" style={{ fill: of.backColour }} stroke="currentColor" strokeOpacity="0.4" />
      <path d="M9 8h26M9 13h26M9 18h16" style={{ stroke: of.frontColour }} strokeWidth="2.4" />
    </svg>
  );
}
