/** A table of figures with its caption, and the button that saves it as CSV. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Download from '@mui/icons-material/Download';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import { useNotify, usePermissions } from 'react-admin';

import { saveTable } from './downloads.ts';
import { messageOf } from '../../session/session.ts';
import { WORDS } from '../../words/index.ts';

import type { ReactNode } from 'react';

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => ReactNode;
  /** Whether it holds numbers, which stand at the right. */
  readonly numeric?: boolean;
}

interface Props<T> {
  readonly title: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  /** What the CSV is asked for with, if there is one. */
  readonly csv?: { readonly table: string; readonly parameters: Readonly<Record<string, string>> };
  readonly children?: ReactNode;
}

export function CsvButton({ table, parameters }: NonNullable<Props<unknown>['csv']>) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const notify = useNotify();
  if (permissions?.has('risk.export') !== true) return null;
  function save() {
    saveTable(table, parameters).catch((error: unknown) => {
      notify(messageOf(error), { type: 'error' });
    });
  }
  return (
    <Button size="small" startIcon={<Download />} onClick={save}>
      {WORDS.common.csv}
    </Button>
  );
}

export function FigureTable<T>({ title, columns, rows, rowKey, csv, children }: Props<T>) {
  const id = useId();
  return (
    <Paper variant="outlined" sx={{ padding: 2, marginBottom: 2 }}>
      <Stack direction="row" sx={{ justifyContent: 'space-between', alignItems: 'center', flexWrap: 'wrap' }}>
        <Typography variant="h6" component="h2" id={id}>
          {title}
        </Typography>
        {csv !== undefined && <CsvButton {...csv} />}
      </Stack>
      {children}
      {rows.length === 0 ? (
        <Box sx={{ paddingTop: 1 }}>{WORDS.risk.nothingYet}</Box>
      ) : (
        <TableContainer tabIndex={0} role="region" aria-labelledby={id}>
          <Table size="small" aria-labelledby={id}>
            <TableHead>
              <TableRow>
                {columns.map((column) => (
                  <TableCell key={column.head} align={column.numeric === true ? 'right' : 'left'}>
                    {column.head}
                  </TableCell>
                ))}
              </TableRow>
            </TableHead>
            <TableBody>
              {rows.map((row) => (
                <TableRow key={rowKey(row)}>
                  {columns.map((column) => (
                    <TableCell
                      key={column.head}
                      align={column.numeric === true ? 'right' : 'left'}
                      sx={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}
                    >
                      {column.cell(row)}
                    </TableCell>
                  ))}
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </TableContainer>
      )}
    </Paper>
  );
}
