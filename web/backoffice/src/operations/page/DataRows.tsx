/** A table of all its rows; scrollable if it is wider than the page. */
import Paper from '@mui/material/Paper';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TableSortLabel from '@mui/material/TableSortLabel';

import { EmptyState } from '../../look/EmptyState.tsx';

import type { PaperProps } from '@mui/material/Paper';
import type { ReactNode } from 'react';

function OutlinedPaper(props: PaperProps) {
  return <Paper {...props} variant="outlined" />;
}

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  readonly right?: boolean;
  /** Whether its cells stay on one line, as dates do. */
  readonly isOneLine?: boolean;
  /** Whether it has the row's menu, which stays in reach while the table scrolls. */
  readonly isMenu?: boolean;
  /** Sorts the rows by the column; its head is a button then. */
  readonly onSort?: () => void;
  /** How the rows are sorted by it. */
  readonly sorted?: 'asc' | 'desc' | undefined;
}

/** The head of a column that sorts, as high as a touch needs. */
function SortHead({ head, sorted, onSort }: { readonly head: string; readonly sorted: 'asc' | 'desc' | undefined; readonly onSort: () => void }) {
  return (
    <TableSortLabel active={sorted !== undefined} direction={sorted ?? 'asc'} onClick={onSort} sx={{ minHeight: 24 }}>
      {head}
    </TableSortLabel>
  );
}

const CELL = { overflowWrap: 'break-word', minWidth: 96, maxWidth: 420 } as const;
const ONE_LINE = { ...CELL, whiteSpace: 'nowrap' } as const;
const MENU = { position: 'sticky', right: 0, width: 64, backgroundColor: 'background.paper' } as const;

interface Props<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly id: (row: Row) => string;
  /** The text if there are no rows. */
  readonly nothing: string;
  /** What fills it, in a sentence. */
  readonly filledBy?: string;
  /** How high it may be, in pixels: the rows scroll below their head. */
  readonly maxHeight?: number;
}

export function DataRows<Row>({ label, rows, columns, id, nothing, filledBy, maxHeight }: Props<Row>) {
  if (rows.length === 0) {
    return (
      <Paper variant="outlined" sx={{ marginBottom: 3 }}>
        <EmptyState why={nothing} filledBy={filledBy} />
      </Paper>
    );
  }
  return (
    <TableContainer component={OutlinedPaper} tabIndex={0} role="region" aria-label={label} sx={{ marginBottom: 3, ...(maxHeight === undefined ? {} : { maxHeight }) }}>
      <Table size="small" stickyHeader={maxHeight !== undefined} aria-label={label}>
        <TableHead>
          <TableRow>
            {columns.map(({ head, right, isMenu, onSort, sorted }) => (
              <TableCell key={head} align={right === true ? 'right' : 'left'} sortDirection={sorted ?? false} {...(isMenu === true ? { sx: MENU } : {})}>
                {onSort === undefined ? head : <SortHead head={head} sorted={sorted} onSort={onSort} />}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={id(row)}>
              {columns.map(({ head, cell, right, isOneLine, isMenu }) => (
                <TableCell key={head} align={right === true ? 'right' : 'left'} sx={isMenu === true ? MENU : right === true || isOneLine === true ? ONE_LINE : CELL}>
                  {cell(row)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
