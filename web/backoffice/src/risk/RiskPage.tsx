/** The frame of risk's screens: the title, the brand whose figures are shown, and what cannot be read. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { Title } from 'react-admin';

import { NO_BRAND, useRiskBrands } from './riskBrands.ts';

import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  /** What the figures mean, in a sentence. */
  readonly lead: string;
  readonly children: (brand: string) => ReactNode;
}

export function RiskPage({ title, lead, children }: Props) {
  const { brands, brand, problem, choose } = useRiskBrands();
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
            onChange={(event) => choose(event.target.value)}
            sx={{ minWidth: 180, flexShrink: 0 }}
          >
            {brands?.map((each) => (
              <MenuItem key={each.id} value={each.id}>
                {each.name}
              </MenuItem>
            ))}
          </TextField>
        )}
      </Stack>
      {problem !== '' && <Alert severity="error">{problem}</Alert>}
      {brands !== null && brand === undefined && <Alert severity="info">{NO_BRAND}</Alert>}
      {brand !== undefined && children(brand.id)}
    </Box>
  );
}
