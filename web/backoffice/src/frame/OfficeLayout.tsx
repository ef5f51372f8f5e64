/** The frame around every screen: navigation, a quiet header with search, brand and person, the step-up's question. */
import HelpOutline from '@mui/icons-material/HelpOutline';
import ManageAccounts from '@mui/icons-material/ManageAccounts';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import ListItemIcon from '@mui/material/ListItemIcon';
import ListItemText from '@mui/material/ListItemText';
import MenuItem from '@mui/material/MenuItem';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { AppBar, Layout, LoadingIndicator, Logout, TitlePortal, ToggleThemeButton, UserMenu, useGetIdentity, usePermissions, useUserMenu } from 'react-admin';
import { Link, useLocation } from 'react-router-dom';

import { Bell } from './Bell.tsx';
import { BrandProvider, BrandSwitch, useBrand, type ShownBrand } from './brand.tsx';
import { learnNames } from './names.ts';
import { OfficeMenu } from './OfficeMenu.tsx';
import { screenOf } from './screens.ts';
import { SearchButton } from './SearchPalette.tsx';
import { SkeletonRows } from '../components/Waiting.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { docsUrl } from '../session/session.ts';
import { SessionEndedDialog } from '../session/SessionEndedDialog.tsx';
import { StepUpDialog } from '../session/StepUpDialog.tsx';
import { learnZones, zoneInHead } from '../time/moments.ts';
import { BRAND_NAMES, SHOWN_BRANDS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { ReactNode } from 'react';

function AccountItem() {
  const menu = useUserMenu();
  return (
    <MenuItem component={Link} to="/account" onClick={() => menu?.onClose()}>
      <ListItemIcon>
        <ManageAccounts fontSize="small" />
      </ListItemIcon>
      <ListItemText>{WORDS.common.myAccount}</ListItemText>
    </MenuItem>
  );
}

function OfficeUserMenu() {
  const { identity } = useGetIdentity();
  return (
    <UserMenu label={identity?.fullName ?? WORDS.common.myAccount}>
      <AccountItem />
      <Logout />
    </UserMenu>
  );
}

/** The page of the documentation about this screen, if the installation says where the documentation is. */
function DocsLink() {
  const screen = screenOf(useLocation().pathname);
  const docs = docsUrl();
  if (docs === '') return null;
  const name = screen === undefined ? WORDS.frame.documentation : WORDS.frame.documentationOf({ label: screen.label });
  return (
    <Tooltip title={name}>
      <IconButton color="inherit" component="a" href={`${docs}${screen?.docs ?? 'backoffice.html'}`} target="_blank" rel="noreferrer" aria-label={name}>
        <HelpOutline />
      </IconButton>
    </Tooltip>
  );
}

/** A phone has no room for what its system decides and its browser does as well: the theme, and reading again. */
const WIDE = { display: { xs: 'none', sm: 'flex' } } as const;
/** A long title wraps; only what needs more than two lines is cut. The page has it in full, which is enough on a phone. */
const TITLE = { display: '-webkit-box', WebkitBoxOrient: 'vertical', WebkitLineClamp: '2', whiteSpace: { xs: 'nowrap', sm: 'normal' }, overflow: 'hidden', lineHeight: '18px', minWidth: 0, visibility: { xs: 'hidden', sm: 'visible' } } as const;

function Tools() {
  return (
    <>
      <SearchButton />
      <BrandSwitch />
      <Bell />
      <DocsLink />
      <Box sx={WIDE}>
        <ToggleThemeButton />
        <LoadingIndicator />
      </Box>
    </>
  );
}

function OfficeAppBar() {
  return (
    <AppBar userMenu={<OfficeUserMenu />} toolbar={<Tools />} alwaysOn>
      <TitlePortal variant="subtitle1" sx={TITLE} />
    </AppBar>
  );
}

/** A page is never wider than the window: a table that is wider scrolls by itself, and the menu keeps its width. */
const NARROW = {
  minWidth: 0,
  '& .RaLayout-content': { minWidth: 0 },
  '& .RaList-main, & .RaList-content': { minWidth: 0 },
  '& .MuiDrawer-docked': { flexShrink: 0 },
} as const;

const NONE: readonly ShownBrand[] = [];

/** Screens whose times are all in UTC, as they say themselves. */
const IN_UTC = new Set(['questions']);

/** The zone of all times on the page that do not name another one. */
function ZoneOfPage() {
  const { brand } = useBrand();
  const screen = screenOf(useLocation().pathname);
  if (screen !== undefined && IN_UTC.has(screen.name)) return null;
  return (
    <Typography variant="caption" color="textSecondary" sx={{ display: 'block', textAlign: 'end' }}>
      {WORDS.frame.timesIn({ brand: zoneInHead(brand) })}
    </Typography>
  );
}

/** The frame comes first; screens are shown in it once the brands and their zones are known; without brands, in UTC. */
export function OfficeLayout({ children }: { readonly children: ReactNode }) {
  const { permissions, isPending } = usePermissions<ReadonlySet<string>>();
  const may = permissions?.has('content.read') === true;
  const { data, problem } = useGraph(SHOWN_BRANDS, may ? {} : null);
  const names = useGraph(BRAND_NAMES, isPending ? null : {});
  const isWaiting = isPending || (may && data === null && problem === '') || (names.data === null && names.problem === '');
  const brands = data?.contentBrands ?? NONE;
  learnZones(brands);
  learnNames(brands, names.data?.brandNames);
  return (
    <BrandProvider brands={brands}>
      <Layout appBar={OfficeAppBar} menu={OfficeMenu} sx={NARROW}>
        {isWaiting ? (
          <SkeletonRows rows={6} />
        ) : (
          <>
            <ZoneOfPage />
            {children}
          </>
        )}
        <StepUpDialog />
        <SessionEndedDialog />
      </Layout>
    </BrandProvider>
  );
}
