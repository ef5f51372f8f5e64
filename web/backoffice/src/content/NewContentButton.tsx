/** Opens the page of a reward's version, whether anybody has written about it yet or not. */
import Add from '@mui/icons-material/Add';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { usePermissions } from 'react-admin';
import { useNavigate } from 'react-router-dom';

import { pageOf } from './key.ts';
import { useBrand } from '../frame/brand.tsx';
import { useBrands } from './useBrands.ts';
import { FormDialog } from '../components/FormDialog.tsx';
import { WORDS } from '../words/index.ts';

export function NewContentButton() {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const [open, setOpen] = useState(false);
  const [reward, setReward] = useState('');
  const navigate = useNavigate();
  const { brand: chosen } = useBrand();
  const brand = useBrands().find(({ id }) => id === chosen);
  if (permissions?.has('content.edit') !== true) return null;
  return (
    <>
      <Button startIcon={<Add />} onClick={() => setOpen(true)}>
        {WORDS.content.writeAboutAReward}
      </Button>
      <FormDialog
        title={WORDS.content.writeAboutAReward}
        open={open}
        label={WORDS.content.write}
        onClose={() => setOpen(false)}
        onSubmit={() => void navigate(pageOf(`${brand?.id ?? ''}:${reward}`))}
      >
        <TextField
          select
          label={WORDS.content.versionOfAReward}
          value={reward}
          onChange={(event) => setReward(event.target.value)}
          disabled={brand === undefined}
          margin="normal"
          fullWidth
          required
        >
          {(brand?.rewards ?? []).map(({ rewardId, configVersion, status }) => (
            <MenuItem key={`${rewardId}:${configVersion}`} value={`${rewardId}:${configVersion}`}>
              {WORDS.content.version({ rewardId, configVersion, status })}
            </MenuItem>
          ))}
        </TextField>
      </FormDialog>
    </>
  );
}
