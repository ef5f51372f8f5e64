/** The frame around every screen: the menu of the areas, one's own account, and the question for a step-up. */
import ManageAccounts from '@mui/icons-material/ManageAccounts';
import ListItemIcon from '@mui/material/ListItemIcon';
import ListItemText from '@mui/material/ListItemText';
import MenuItem from '@mui/material/MenuItem';
import { AppBar, Layout, Logout, UserMenu, useGetIdentity, useUserMenu } from 'react-admin';
import { Link } from 'react-router-dom';

import { StepUpDialog } from './session/StepUpDialog.tsx';

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

export function OfficeLayout({ children }: { readonly children: ReactNode }) {
  return (
    <Layout appBar={OfficeAppBar} sx={NARROW}>
      {children}
      <StepUpDialog />
    </Layout>
  );
}
