/** The frame around every screen: the menu of the areas, one's own account, and the question for a step-up. */
import ManageAccounts from '@mui/icons-material/ManageAccounts';
import ListItemIcon from '@mui/material/ListItemIcon';
import ListItemText from '@mui/material/ListItemText';
import LinearProgress from '@mui/material/LinearProgress';
import MenuItem from '@mui/material/MenuItem';
import { AppBar, Layout, Logout, UserMenu, useGetIdentity, usePermissions, useUserMenu } from 'react-admin';
import { Link } from 'react-router-dom';

import { useGraph } from './graph/useGraph.ts';
import { StepUpDialog } from './session/StepUpDialog.tsx';
import { learnZones, type ZonedBrand } from './time/moments.ts';

import type { ReactNode } from 'react';

function AccountItem() {
  const menu = useUserMenu();
  return (
    <MenuItem component={Link} to="/account" onClick={() => menu?.onClose()}>
      <ListItemIcon>
        <ManageAccounts fontSize="small" />
      </ListItemIcon>
      <ListItemText>My account</ListItemText>
    </MenuItem>
  );
}

function OfficeUserMenu() {
  const { identity } = useGetIdentity();
  return (
    <UserMenu label={identity?.fullName ?? 'My account'}>
      <AccountItem />
      <Logout />
    </UserMenu>
  );
}

function OfficeAppBar() {
  return <AppBar userMenu={<OfficeUserMenu />} />;
}

/** A page is never wider than the window: a table that is wider scrolls by itself, and the menu keeps its width. */
const NARROW = {
  minWidth: 0,
  '& .RaLayout-content': { minWidth: 0 },
  '& .RaList-main, & .RaList-content': { minWidth: 0 },
  '& .MuiDrawer-docked': { flexShrink: 0 },
} as const;

const BRAND_ZONES = 'query BrandZones { contentBrands { id timeZone } }';

/** Screens show times only once it is known in which zone; without brands, in UTC. */
function Zones({ children }: { readonly children: ReactNode }) {
  const { permissions, isPending } = usePermissions<ReadonlySet<string>>();
  const may = permissions?.has('content.read') === true;
  const { data, problem } = useGraph<{ readonly contentBrands: readonly ZonedBrand[] }>(BRAND_ZONES, may ? {} : null);
  if (isPending || (may && data === null && problem === '')) return <LinearProgress aria-label="Loading" />;
  learnZones(data?.contentBrands ?? []);
  return children;
}

export function OfficeLayout({ children }: { readonly children: ReactNode }) {
  return (
    <Layout appBar={OfficeAppBar} sx={NARROW}>
      <Zones>{children}</Zones>
      <StepUpDialog />
    </Layout>
  );
}
