/** The filters of a report as lists to choose from; what its rows do not have is not offered. */
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';

import { ALL, type Chosen, type Option, type Options } from './filters.ts';
import { WORDS } from '../words/index.ts';

interface Props {
  readonly options: Options;
  readonly chosen: Chosen;
  readonly onChoose: (chosen: Chosen) => void;
}

interface ListProps {
  readonly label: string;
  readonly all: string;
  readonly options: readonly Option[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

function Choice({ label, all, options, value, onChoose }: ListProps) {
  return (
    <TextField select size="small" label={label} value={value} onChange={(event) => onChoose(event.target.value)} sx={{ minWidth: 176 }} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
      <MenuItem value="">{all}</MenuItem>
      {options.map((option) => (
        <MenuItem key={option.value} value={option.value}>
          {option.label}
        </MenuItem>
      ))}
    </TextField>
  );
}

export function FilterBar({ options: { times, products }, chosen, onChoose }: Props) {
  if (times.length === 0 && products.length === 0) return null;
  const { from, until, product } = chosen;
  const isFiltered = from !== '' || until !== '' || product !== '';
  return (
    <Stack direction="row" spacing={2} useFlexGap role="group" aria-label={WORDS.analytics.filters} sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
      {times.length > 0 && (
        <>
          <Choice label={WORDS.common.from} all={WORDS.analytics.theBeginning} options={times.filter(({ value }) => until === '' || value <= until)} value={from} onChoose={(value) => onChoose({ ...chosen, from: value })} />
          <Choice label={WORDS.common.to} all={WORDS.common.now} options={times.filter(({ value }) => value >= from).toReversed()} value={until} onChoose={(value) => onChoose({ ...chosen, until: value })} />
        </>
      )}
      {products.length > 0 && <Choice label={WORDS.common.product} all={WORDS.analytics.allProducts} options={products} value={product} onChoose={(value) => onChoose({ ...chosen, product: value })} />}
      {isFiltered && <Button onClick={() => onChoose(ALL)}>{WORDS.analytics.showAll}</Button>}
    </Stack>
  );
}
