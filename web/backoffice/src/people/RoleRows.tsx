/** Edits a list of roles, each for a brand or for all of them. */
import Add from '@mui/icons-material/Add';
import Delete from '@mui/icons-material/Delete';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';

import { choicesFor, nameOf } from './brandNames.ts';
import { namedBrands } from '../frame/names.ts';
import { word } from '../money/amounts.ts';
import { useMay } from '../operations/page/may.ts';
import { forAllBrands } from '../session/permissions.ts';
import { WORDS } from '../words/index.ts';

import type { GrantedRole, Role } from '../graph/generated/operations.ts';

const ROLES: readonly Role[] = ['VIEWER', 'EDITOR', 'APPROVER', 'SUPPORT', 'RISK', 'OPERATOR', 'FINANCE', 'TRADER', 'ADMINISTRATOR'];

interface Props {
  readonly roles: readonly GrantedRole[];
  readonly onChange: (roles: readonly GrantedRole[]) => void;
}

export function RoleRows({ roles, onChange }: Props) {
  const brands = namedBrands();
  const mayAll = useMay(forAllBrands('people.manage'));

  function replace(index: number, row: GrantedRole) {
    onChange(roles.map((old, position) => (position === index ? row : old)));
  }

  return (
    <Stack spacing={1} sx={{ marginTop: 1 }}>
      {roles.map((row, index) => (
        <Stack key={index} direction="row" spacing={1} sx={{ alignItems: 'center' }}>
          <TextField
            select
            label={WORDS.people.role}
            value={row.role}
            onChange={(event) => replace(index, { ...row, role: event.target.value as Role })}
            sx={{ minWidth: 180 }}
          >
            {ROLES.map((role) => (
              <MenuItem key={role} value={role}>
                {word(role.toLowerCase())}
              </MenuItem>
            ))}
          </TextField>
          <TextField
            select
            label={WORDS.common.brand}
            value={row.brand}
            onChange={(event) => replace(index, { ...row, brand: event.target.value })}
            sx={{ minWidth: 180 }}
            required
          >
            {choicesFor(row.brand, brands, mayAll).map((id) => (
              <MenuItem key={id} value={id}>
                {nameOf(id)}
              </MenuItem>
            ))}
          </TextField>
          <IconButton
            aria-label={WORDS.people.removeOf({ role: row.role.toLowerCase(), what: row.brand === '' ? WORDS.common.noBrand : nameOf(row.brand) })}
            onClick={() => onChange(roles.filter((_, position) => position !== index))}
          >
            <Delete />
          </IconButton>
        </Stack>
      ))}
      <Button startIcon={<Add />} onClick={() => onChange([...roles, { brand: '', role: 'VIEWER' }])}>
        {WORDS.people.addARole}
      </Button>
    </Stack>
  );
}
