/** The bets that would count differently, by pages; each access is recorded, because they are personal data. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useState } from 'react';

import { DIFFERENCES, type Difference } from './operations.ts';
import { reasonInWords } from './scheme.ts';
import { money } from '../money/amounts.ts';
import { useGraph } from '../graph/useGraph.ts';
import { moment } from '../time/moments.ts';

interface Page {
  readonly dryRunDifferences: {
    readonly nodes: readonly Difference[];
    readonly endCursor: string | null;
    readonly hasNextPage: boolean;
  };
}

const COLUMNS = ['Customer', 'Bet', 'Placed', 'Stake', 'As it was', 'With this version'];

export function DryRunBets({ id, brand, currency }: { readonly id: string; readonly brand: string; readonly currency: string }) {
  const [after, setAfter] = useState<string | null>(null);
  const { data, problem } = useGraph<Page>(DIFFERENCES, { id, after });
  if (problem !== '') return <Alert severity="error">{problem}</Alert>;
  const page = data?.dryRunDifferences;
  return (
    <>
      <TableContainer tabIndex={0} role="region" aria-label="Bets that count differently">
        <Table size="small" aria-label="Bets that count differently">
          <TableHead>
            <TableRow>
              {COLUMNS.map((name) => (
                <TableCell key={name}>{name}</TableCell>
              ))}
            </TableRow>
          </TableHead>
          <TableBody>
            {page?.nodes.map((one) => (
              <TableRow key={`${one.customerId} ${one.betId}`}>
                <TableCell>{one.customerId}</TableCell>
                <TableCell>{one.betId}</TableCell>
                <TableCell>{moment(one.placedAt, brand)}</TableCell>
                <TableCell>{money(one.stakeMinor, currency)}</TableCell>
                <TableCell>
                  {money(one.beforeMinor, currency)}, {reasonInWords(one.beforeReason)}
                </TableCell>
                <TableCell>
                  {money(one.afterMinor, currency)}, {reasonInWords(one.afterReason)}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </TableContainer>
      <div>
        <Button disabled={after === null} onClick={() => setAfter(null)}>
          First page
        </Button>
        <Button disabled={page?.hasNextPage !== true} onClick={() => setAfter(page?.endCursor ?? null)}>
          Further
        </Button>
      </div>
    </>
  );
}
