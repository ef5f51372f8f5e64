/** The navigation: home, then groups that open in place, with what waits for the person. */
import ExpandLess from '@mui/icons-material/ExpandLess';
import ExpandMore from '@mui/icons-material/ExpandMore';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import { Menu, usePermissions, useSidebarState, useStore } from 'react-admin';
import { useLocation } from 'react-router-dom';

import { groupsFor, isIn, type Group } from './screens.ts';
import { useToDecide } from './toDecide.ts';
import { useWaitingMatches } from '../events/waitingMatches.ts';
import { useBrand } from './brand.tsx';

const NOTHING: ReadonlySet<string> = new Set();

export function OfficeMenu() {
  const { permissions = NOTHING } = usePermissions<ReadonlySet<string>>();
  return (
    <Menu sx={{ paddingTop: 1, paddingBottom: 4 }}>
      <Menu.DashboardItem primaryText="Home" />
      {groupsFor(permissions).map((group) => (
        <Section key={group.name} group={group} />
      ))}
    </Menu>
  );
}

function Section({ group }: { readonly group: Group }) {
  const [isKeptOpen, setOpen] = useStore(`menu.${group.name}`, true);
  const { pathname } = useLocation();
  const isOpen = isKeptOpen || isIn(group, pathname);
  const [isWide] = useSidebarState();
  const waiting: Readonly<Record<string, number>> = { approvals: useToDecide().length, matches: useWaitingMatches() };
  const { brand } = useBrand();
  const kept = brand === null ? '' : `?brand=${encodeURIComponent(brand)}`;
  return (
    <Box component="li" role="presentation" sx={{ listStyle: 'none' }}>
      {isWide && (
        <ButtonBase
          role="menuitem"
          aria-label={`${group.name} (group)`}
          onClick={() => setOpen(!isOpen)}
          aria-expanded={isOpen}
          sx={{ width: '100%', justifyContent: 'space-between', padding: '12px 20px 4px', typography: 'overline', color: 'text.secondary' }}
        >
          {group.name}
          {isOpen ? <ExpandLess fontSize="small" /> : <ExpandMore fontSize="small" />}
        </ButtonBase>
      )}
      {(isOpen || !isWide) &&
        group.screens.map(({ name, label, icon: Icon }) => (
          <Menu.Item key={name} to={`/${name}${kept}`} primaryText={<Named label={label} count={waiting[name] ?? 0} />} leftIcon={<Icon />} />
        ))}
    </Box>
  );
}

/** The count is read as part of what the item is about, not as part of its name. */
function Named({ label, count }: { readonly label: string; readonly count: number }) {
  return (
    <Box component="span" sx={{ display: 'flex', justifyContent: 'space-between', gap: 1 }}>
      {label}
      {count > 0 && (
        <Box component="span" aria-hidden sx={{ fontVariantNumeric: 'tabular-nums', fontWeight: 600 }}>
          {count}
        </Box>
      )}
    </Box>
  );
}
