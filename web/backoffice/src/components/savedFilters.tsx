/** Filters of a list that a person has saved with a name: chips above the rows, kept in this browser for each person. */
import BookmarkAdd from '@mui/icons-material/BookmarkAdd';
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { localStorageStore, useGetIdentity, useListContext, useStore } from 'react-admin';

import { FormDialog } from './FormDialog.tsx';
import { nameCustomer, sameFilters } from '../graph/resources.ts';
import { WORDS } from '../words/index.ts';

type Values = Readonly<Record<string, unknown>>;

interface Saved {
  readonly name: string;
  readonly filter: Values;
  /** Which of the filters that are not always shown are. */
  readonly displayed: Values;
}

const NONE: readonly Saved[] = [];
const MAX_NAME = 40;
const KEPT = /^(?:savedFilters\.|brand$|theme$)/u;

/** Where the framework keeps choices: what is saved, the brand and the colours outlast signing out; the rest does not. */
export function choices() {
  const store = localStorageStore();
  return {
    ...store,
    /** Where a list was left names no customer either: its address has the filters. */
    setItem(key: string, value: unknown) {
      const { filter = {} } = (value ?? {}) as { readonly filter?: Values };
      store.setItem(key, key.endsWith('.listParams') && nameCustomer(filter) ? undefined : value);
    },
    reset() {
      for (const key of Object.keys(store.listItems?.() ?? {})) if (!KEPT.test(key)) store.removeItem(key);
    },
  };
}

interface Props {
  /** The filters that the list begins with. */
  readonly defaults: object | undefined;
}

export function SavedFilters({ defaults: given }: Props) {
  const defaults: Values = { ...given };
  const list = useListContext();
  const { resource, setFilters } = list;
  const { identity } = useGetIdentity();
  const [saved, setSaved] = useStore<readonly Saved[]>(`savedFilters.${String(identity?.id ?? '')}.${resource}`, NONE);
  const [isNaming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const filter = list.filterValues as Values;
  const isNew = !nameCustomer(filter) && !saved.some((one) => sameFilters(one.filter, filter)) && !sameFilters(filter, defaults) && !sameFilters(filter, {});
  if (saved.length === 0 && !isNew) return null;

  function save() {
    const others = saved.filter((one) => one.name !== name.trim());
    setSaved([...others, { name: name.trim(), filter, displayed: (list.displayedFilters ?? {}) as Values }]);
    setNaming(false);
    setName('');
  }

  return (
    <Stack direction="row" spacing={1} useFlexGap role="group" aria-label={WORDS.common.savedFilters} sx={{ flexWrap: 'wrap', padding: '12px 16px' }}>
      {saved.map((one) => {
        const isOn = sameFilters(one.filter, filter);
        return (
          <Chip
            key={one.name}
            label={one.name}
            size="small"
            color={isOn ? 'primary' : 'default'}
            variant={isOn ? 'filled' : 'outlined'}
            aria-pressed={isOn}
            title={WORDS.common.pressDeleteToRemoveIt}
            onClick={() => setFilters(isOn ? defaults : one.filter, isOn ? {} : one.displayed)}
            onDelete={() => setSaved(saved.filter((other) => other !== one))}
          />
        );
      })}
      {isNew && <Chip size="small" variant="outlined" icon={<BookmarkAdd />} label={WORDS.common.openSavingFilters} onClick={() => setNaming(true)} />}
      <FormDialog title={WORDS.common.saveTheseFilters} label={WORDS.common.save} open={isNaming} disabled={name.trim() === ''} onClose={() => setNaming(false)} onSubmit={save}>
        <TextField
          label={WORDS.common.name}
          value={name}
          onChange={(event) => setName(event.target.value.slice(0, MAX_NAME))}
          helperText={WORDS.common.filtersAreKeptInBrowser}
          margin="normal"
          fullWidth
          required
        />
      </FormDialog>
    </Stack>
  );
}
