/** Chooses what to suspend or limit: all betting, a sport, or a kind of market. */
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { LimitButton } from './LimitButton.tsx';
import { SuspendButton } from './SuspendButton.tsx';
import { SCOPES, type Scope } from './words.ts';
import { WORDS } from '../words/index.ts';

const CHOICES = ['BRAND', 'SPORT', 'KIND', 'EVENT', 'MARKET', 'SELECTION'] as const satisfies readonly Scope[];

const HELP: Readonly<Record<Scope, string>> = WORDS.betting.help;

export function DecideButtons({ brand, onSettled }: { readonly brand: string; readonly onSettled: () => void }) {
  const [scope, setScope] = useState<Scope>('SPORT');
  const [typed, setTyped] = useState('');
  const target = scope === 'BRAND' ? '' : typed.trim();
  const isChosen = scope === 'BRAND' || target !== '';
  return (
    <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'flex-start', marginBottom: 3 }}>
      <TextField select size="small" label={WORDS.betting.decideAbout} value={scope} onChange={(event) => setScope(event.target.value as Scope)}>
        {CHOICES.map((choice) => (
          <MenuItem key={choice} value={choice}>
            {SCOPES[choice]}
          </MenuItem>
        ))}
      </TextField>
      {scope !== 'BRAND' && <TextField size="small" label={WORDS.betting.which} value={typed} onChange={(event) => setTyped(event.target.value)} helperText={HELP[scope]} />}
      {isChosen && <SuspendButton brand={brand} scope={scope} target={target} name="" suspended={false} onSettled={onSettled} />}
      {isChosen && <LimitButton brand={brand} scope={scope} target={target} name="" currency="" onSettled={onSettled} />}
    </Stack>
  );
}
