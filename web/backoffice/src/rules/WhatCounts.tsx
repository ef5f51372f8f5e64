/** Which sports events a version counts: all of them, or those that are chosen by name. */
import Alert from '@mui/material/Alert';
import Autocomplete from '@mui/material/Autocomplete';
import FormControl from '@mui/material/FormControl';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormLabel from '@mui/material/FormLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { itemInWords, legsRule, scopeInWords } from './scope.ts';
import { useDelayed } from '../graph/useDelayed.ts';
import { useGraph } from '../graph/useGraph.ts';
import { SCHEME_SCOPE_ITEMS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { SchemeForm } from './scheme.ts';
import type { SchemeScopeItem } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly form: SchemeForm;
  /** What the server says about it; empty if nothing is wrong. */
  readonly problem: string;
  readonly isError: boolean;
  readonly onChange: (form: SchemeForm) => void;
}

export function WhatCounts({ brand, form, problem, isError, onChange }: Props) {
  const chooses = form.counts === 'chosen';
  return (
    <Stack spacing={1} component="section" aria-label={WORDS.rules.whatCounts}>
      <FormControl>
        <FormLabel id="what-counts">{WORDS.rules.whatCounts}</FormLabel>
        <RadioGroup aria-labelledby="what-counts" value={form.counts} onChange={(_, counts) => onChange({ ...form, counts: counts === 'chosen' ? 'chosen' : 'all' })}>
          <FormControlLabel value="all" control={<Radio />} label={WORDS.rules.betsOnAllEvents} />
          <FormControlLabel value="chosen" control={<Radio />} label={WORDS.rules.onlyBetsChosenSports} />
        </RadioGroup>
      </FormControl>
      {chooses && <Items brand={brand} items={form.items} problem={problem} isError={isError} onChoose={(items) => onChange({ ...form, items })} />}
      {chooses && (
        <FormControl>
          <FormLabel id="which-legs">{WORDS.rules.ofABetWithSeveralLegs}</FormLabel>
          <RadioGroup aria-labelledby="which-legs" value={form.legs} onChange={(_, legs) => onChange({ ...form, legs: legsRule(legs) })}>
            <FormControlLabel value="all" control={<Radio />} label={WORDS.rules.allLegsHaveToBeOnThem} />
            <FormControlLabel value="qualifying" control={<Radio />} label={WORDS.rules.oneLegIsEnough} />
          </RadioGroup>
        </FormControl>
      )}
      {chooses && form.items.length > 0 && <Alert severity="info">{scopeInWords(form.items, form.legs, brand)}</Alert>}
      {!chooses && problem !== '' && <Alert severity={isError ? 'error' : 'warning'}>{problem}</Alert>}
    </Stack>
  );
}

interface ItemsProps {
  readonly brand: string;
  readonly items: readonly SchemeScopeItem[];
  readonly problem: string;
  readonly isError: boolean;
  readonly onChoose: (items: readonly SchemeScopeItem[]) => void;
}

/** The chosen ones as chips, and a field that finds more of them by their names. */
function Items({ brand, items, problem, isError, onChoose }: ItemsProps) {
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  const settled = useDelayed(text);
  const found = useGraph(SCHEME_SCOPE_ITEMS, isOpen ? { brand, text: settled } : null);
  const offered = found.data === null ? [] : [...found.data.sports, ...found.data.competitions, ...found.data.events];
  const isSearching = isOpen && (found.data === null || settled !== text) && found.problem === '';
  const said = problem || found.problem;
  return (
    <Autocomplete
      multiple
      open={isOpen}
      onOpen={() => setOpen(true)}
      onClose={() => setOpen(false)}
      options={offered}
      loading={isSearching}
      noOptionsText={found.problem === '' ? WORDS.rules.nothingNameEventNotOver : found.problem}
      filterOptions={(options) => options}
      filterSelectedOptions
      value={[...items]}
      inputValue={text}
      onInputChange={(_, typed) => setText(typed)}
      onChange={(_, chosen) => onChoose(chosen)}
      groupBy={({ kind }) => WORDS.rules.severalOf[kind]}
      getOptionLabel={(item) => itemInWords(item, brand)}
      getOptionKey={({ kind, id }) => `${kind}:${id}`}
      isOptionEqualToValue={(one, other) => one.kind === other.kind && one.id === other.id}
      renderInput={(params) => (
        <TextField
          {...params}
          label={WORDS.rules.sportsCompetitionsAndEvents}
          placeholder={items.length === 0 ? WORDS.rules.cheltenham : ''}
          error={isError || found.problem !== ''}
          helperText={said === '' ? WORDS.rules.lookForAName : said}
        />
      )}
    />
  );
}
