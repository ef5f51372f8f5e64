/** Finds customers by the beginning of their id, or by a bet; a whole id opens the customer. */
import Search from '@mui/icons-material/Search';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import List from '@mui/material/List';
import ListItem from '@mui/material/ListItem';
import ListItemButton from '@mui/material/ListItemButton';
import ListItemText from '@mui/material/ListItemText';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { Title } from 'react-admin';
import { Link, useNavigate } from 'react-router-dom';

import { pageOfExact } from './customer.ts';
import { useBrand } from '../frame/brand.tsx';
import { asked } from '../frame/finding.ts';
import { brandName } from '../frame/names.ts';
import { run } from '../graph/graph.ts';
import { messageOf } from '../session/session.ts';
import { CUSTOMERS, CUSTOMER_OF_BET } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { SubmitEvent } from 'react';
import type { Customers } from '../graph/generated/operations.ts';

type Page = Customers['customers'];

const BY = [
  { id: 'customer', name: WORDS.common.customer },
  { id: 'bet', name: WORDS.common.bet },
];

async function find(brand: string, by: string, wanted: string, after: string | null): Promise<Page> {
  if (by === 'customer') {
    return (await run(CUSTOMERS, { brand, search: wanted, after })).customers;
  }
  const { customerOfBet } = await run(CUSTOMER_OF_BET, { brand, betId: wanted });
  return { nodes: [customerOfBet], endCursor: null, hasNextPage: false };
}

export function CustomerSearch() {
  return (
    <Card sx={{ marginTop: 2, padding: 2 }}>
      <Title title={WORDS.frame.screens.customers} />
      <CustomerFinder />
    </Card>
  );
}

/** The search itself, which the home of support has as well. */
export function CustomerFinder() {
  const { brand, brands } = useBrand();
  const navigate = useNavigate();
  const [by, setBy] = useState('customer');
  const [wanted, setWanted] = useState('');
  const [found, setFound] = useState<Page | null>(null);
  const [problem, setProblem] = useState('');

  async function search(after: string | null) {
    if (brand === null) return;
    setProblem('');
    const typed = asked(wanted, brand, brands) ?? { brand, text: wanted.trim() };
    try {
      const page = await find(typed.brand, by, typed.text, after);
      const exact = after === null ? pageOfExact(page, by, typed.text) : null;
      if (exact !== null) {
        void navigate(exact);
        return;
      }
      setFound((before) => (after === null || before === null ? page : { ...page, nodes: [...before.nodes, ...page.nodes] }));
    } catch (error) {
      setFound(null);
      setProblem(messageOf(error));
    }
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    void search(null);
  }

  return (
    <>
      <Box component="form" onSubmit={submit} sx={{ display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'flex-end' }}>
        <TextField select label={WORDS.support.findBy} value={by} onChange={(event) => setBy(event.target.value)} fullWidth={false} sx={{ minWidth: 130 }}>
          {BY.map((one) => (
            <MenuItem key={one.id} value={one.id}>
              {one.name}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          label={by === 'bet' ? WORDS.support.betId : WORDS.support.customerIdOrItsBeginning}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          required
          fullWidth={false}
          sx={{ flexGrow: 1, minWidth: 220 }}
        />
        <Button type="submit" variant="contained" startIcon={<Search />} disabled={brand === null} sx={{ marginBottom: '4px' }}>
          {WORDS.common.find}
        </Button>
      </Box>
      {problem !== '' && (
        <Alert severity="info" sx={{ marginTop: 2 }}>
          {problem}
        </Alert>
      )}
      {found !== null && found.nodes.length === 0 && (
        <Alert severity="info" sx={{ marginTop: 2 }}>
          {WORDS.support.noCustomerFound}
        </Alert>
      )}
      {found !== null && found.nodes.length > 0 && (
        <List aria-label={WORDS.support.foundCustomers}>
          {found.nodes.map((one) => (
            <ListItem key={one.id} disablePadding>
              <ListItemButton component={Link} to={`/customers/${encodeURIComponent(one.id)}/show`}>
                <ListItemText primary={one.customerId} secondary={brandName(one.id.split(':')[0] ?? '')} slotProps={{ primary: { color: 'primary' } }} />
              </ListItemButton>
            </ListItem>
          ))}
        </List>
      )}
      {found?.hasNextPage === true && <Button onClick={() => void search(found.endCursor)}>{WORDS.support.more}</Button>}
    </>
  );
}
