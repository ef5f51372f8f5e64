/** The deeds of a row or an object behind one button: the dangerous ones last, each asked for in its dialog. */
import MoreHoriz from '@mui/icons-material/MoreHoriz';
import Divider from '@mui/material/Divider';
import IconButton from '@mui/material/IconButton';
import ListItemIcon from '@mui/material/ListItemIcon';
import ListItemText from '@mui/material/ListItemText';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useId, useState } from 'react';

import { ChangeDialog, type Deed } from './ChangeButton.tsx';
import { WORDS } from '../words/index.ts';

interface Props {
  /** What they are about, such as `fb-5, version 3`. */
  readonly about: string;
  readonly deeds: readonly Deed[];
}

export function RowMenu({ about, deeds }: Props) {
  const [button, setButton] = useState<HTMLElement | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [chosen, setChosen] = useState<Deed | null>(null);
  const id = useId();
  const [harmless, dangerous] = [deeds.filter(({ color }) => color !== 'error'), deeds.filter(({ color }) => color === 'error')];
  if (deeds.length === 0 && chosen === null) return null;

  function choose(deed: Deed) {
    setButton(null);
    setChosen(deed);
    setAsking(true);
  }

  const items = (listed: readonly Deed[]) =>
    listed.map((deed) => (
      <MenuItem key={deed.label} onClick={() => choose(deed)} sx={{ color: deed.color === 'error' ? 'error.main' : undefined }}>
        <ListItemIcon sx={{ color: 'inherit' }}>{deed.icon}</ListItemIcon>
        <ListItemText>{deed.label}…</ListItemText>
      </MenuItem>
    ));

  return (
    <>
      <IconButton
        size="small"
        aria-label={WORDS.common.changeAbout({ about })}
        aria-haspopup="menu"
        aria-expanded={button !== null}
        {...(button === null ? {} : { 'aria-controls': id })}
        onClick={(event) => setButton(event.currentTarget)}
      >
        <MoreHoriz />
      </IconButton>
      <Menu id={id} anchorEl={button} open={button !== null} onClose={() => setButton(null)} slotProps={{ list: { 'aria-label': WORDS.common.whatToDoWith({ about }) } }}>
        {items(harmless)}
        {harmless.length > 0 && dangerous.length > 0 && <Divider component="li" />}
        {items(dangerous)}
      </Menu>
      {chosen !== null && <ChangeDialog key={chosen.label} {...chosen} open={isAsking} onClose={() => setAsking(false)} />}
    </>
  );
}
