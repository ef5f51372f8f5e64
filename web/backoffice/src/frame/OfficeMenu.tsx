/** The navigation: home, what a person works with each day in groups, and the rest behind "All screens". */
import ExpandLess from '@mui/icons-material/ExpandLess';
import ExpandMore from '@mui/icons-material/ExpandMore';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { Menu, usePermissions, useSidebarState, useStore } from 'react-admin';
import { useLocation } from 'react-router-dom';

import { menuFor, screenOf, shownOf, type Group, type Screen } from './screens.ts';
import { useToDecide } from './toDecide.ts';
import { useWaitingMatches } from '../events/waitingMatches.ts';
import { useBrand } from './brand.tsx';
import { WORDS } from '../words/index.ts';

const NOTHING: ReadonlySet<string> = new Set();
const ALL = WORDS.frame.allScreens;
const HEAD = { width: '100%', justifyContent: 'space-between', padding: '12px 20px 4px', typography: 'overline', color: 'text.secondary' } as const;
const FOOT = { width: '100%', justifyContent: 'space-between', minHeight: 44, padding: '4px 20px', typography: 'body2', fontWeight: 500, color: 'text.secondary' } as const;

export function OfficeMenu() {
  const { permissions = NOTHING } = usePermissions<ReadonlySet<string>>();
  const { daily, rest } = menuFor(permissions);
  return (
    <Menu sx={{ paddingTop: 1, paddingBottom: 4 }}>
      <Menu.DashboardItem primaryText={WORDS.common.home} />
      {daily.map((group) => (
        <Section key={group.name} group={group} />
      ))}
      {rest.length > 0 && <AllScreens groups={rest} />}
    </Menu>
  );
}

/** A group of daily work; collapsed, it still shows where one is. */
function Section({ group }: { readonly group: Group }) {
  const [isOpen, setOpen] = useStore(`menu.${group.name}`, true);
  const { pathname } = useLocation();
  const [isWide] = useSidebarState();
  return (
    <Box component="li" role="presentation" sx={{ listStyle: 'none' }}>
      {isWide && (
        <ButtonBase role="menuitem" aria-label={WORDS.frame.group({ name: group.name })} onClick={() => setOpen(!isOpen)} aria-expanded={isOpen} sx={HEAD}>
          {group.name}
          <Arrow isOpen={isOpen} />
        </ButtonBase>
      )}
      <Items screens={shownOf(group, isOpen || !isWide, pathname)} />
    </Box>
  );
}

/** What is not the person's daily work, under the names of its groups; collapsed, it still shows where one is. */
function AllScreens({ groups }: { readonly groups: readonly Group[] }) {
  const [isOpen, setOpen] = useStore('menu.allScreens', false);
  const { pathname } = useLocation();
  const [isWide] = useSidebarState();
  return (
    <Box component="li" role="presentation" sx={{ listStyle: 'none', marginTop: 2, borderTop: 1, borderColor: 'divider' }}>
      <Tooltip title={isWide ? '' : ALL} placement="right">
        <ButtonBase role="menuitem" aria-label={ALL} onClick={() => setOpen(!isOpen)} aria-expanded={isOpen} sx={FOOT}>
          {isWide && ALL}
          <Arrow isOpen={isOpen} />
        </ButtonBase>
      </Tooltip>
      {groups.map((group) => (
        <Box key={group.name} role="group" aria-label={group.name}>
          {isOpen && isWide && (
            <Typography variant="caption" color="textSecondary" component="div" aria-hidden sx={{ padding: '8px 20px 4px' }}>
              {group.name}
            </Typography>
          )}
          <Items screens={shownOf(group, isOpen, pathname)} />
        </Box>
      ))}
    </Box>
  );
}

function Arrow({ isOpen }: { readonly isOpen: boolean }) {
  return isOpen ? <ExpandLess fontSize="small" /> : <ExpandMore fontSize="small" />;
}

function Items({ screens }: { readonly screens: readonly Screen[] }) {
  const waiting: Readonly<Record<string, number>> = { approvals: useToDecide().length, matches: useWaitingMatches() };
  const { brand } = useBrand();
  const here = screenOf(useLocation().pathname)?.name;
  const kept = brand === null ? '' : `?brand=${encodeURIComponent(brand)}`;
  return screens.map(({ name, label, icon: Icon }) => (
    <Menu.Item
      key={name}
      to={{ pathname: `/${name}`, search: kept }}
      primaryText={<Named label={label} count={waiting[name] ?? 0} />}
      leftIcon={<Icon />}
      aria-current={name === here ? 'page' : undefined}
    />
  ));
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
