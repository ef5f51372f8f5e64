/** The frame of risk's screens: the title, the brand whose figures are shown, and what cannot be read. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { Title, useStore } from 'react-admin';

import { useGraph } from '../graph/useGraph.ts';

import type { ReactNode } from 'react';

const BRANDS = `query RiskBrands { riskBrands(first: 100) { nodes { id name currencies } } }`;

interface Brand {
  readonly id: string;
  readonly name: string;
  readonly currencies: readonly string[];
}

interface Props {
  readonly title: string;
  /** What the figures mean, in a sentence. */
  readonly lead: string;
  readonly children: (brand: string) => ReactNode;
}

export function RiskPage({ title, lead, children }: Props) {
  const { data, problem } = useGraph<{ riskBrands: { nodes: Brand[] } }>(BRANDS);
  const [wanted, setWanted] = useStore('risk.brand', '');
  const brands = data?.riskBrands.nodes ?? [];
  const brand = brands.find((each) => each.id === wanted) ?? brands[0];
  return (
    // The width is the frame's, never a table's: wide tables scroll by themselves.
    <Box component="section" sx={{ padding: 2, width: 0, minWidth: '100%' }}>
      <Title title={title} />
      <Stack direction={{ xs: 'column', sm: 'row' }} spacing={2} sx={{ justifyContent: 'space-between', marginBottom: 2 }}>
        <Typography color="text.secondary" sx={{ maxWidth: '70ch' }}>
          {lead}
        </Typography>
        {brand !== undefined && (
          <TextField
            select
            label="Brand"
            size="small"
            fullWidth={false}
            value={brand.id}
            onChange={(event) => setWanted(event.target.value)}
            sx={{ minWidth: 180, flexShrink: 0 }}
          >
            {brands.map((each) => (
              <MenuItem key={each.id} value={each.id}>
                {each.name}
              </MenuItem>
            ))}
          </TextField>
        )}
      </Stack>
      {problem !== '' && <Alert severity="error">{problem}</Alert>}
      {data !== null && brand === undefined && <Alert severity="info">There is no brand whose figures you may see.</Alert>}
      {brand !== undefined && children(brand.id)}
    </Box>
  );
}
