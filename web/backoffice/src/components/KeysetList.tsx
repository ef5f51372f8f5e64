/** A list of the graph by pages of keys; without rows it says why, in words. */
import Alert from '@mui/material/Alert';
import CardContent from '@mui/material/CardContent';
import Typography from '@mui/material/Typography';
import { useEffect } from 'react';
import { DataTable, List, useListContext } from 'react-admin';
import { useSearchParams } from 'react-router-dom';

import { ScrollingCard } from '../look/ScrollingCard.tsx';
import { KeysetPagination } from './KeysetPagination.tsx';
import { messageOf } from '../session/session.ts';
import { reasonForNoRows } from './noRows.ts';

import type { DataTableProps, ListProps } from 'react-admin';
import type { ReactNode } from 'react';

interface Props extends Omit<ListProps, 'children' | 'empty' | 'error' | 'exporter' | 'pagination' | 'perPage'> {
  /** What is listed, in the plural, such as `goodwill credits`. */
  readonly rows: string;
  readonly rowClick: NonNullable<DataTableProps['rowClick']>;
  /** The columns. */
  readonly children: ReactNode;
}

/** The list itself shows why it could not be read; a notice would go away. */
const SHOWN_BY_THE_LIST = { onError: () => undefined };

/** Begins with the default filters: the library leaves them out where the address has anything, such as the brand. */
function useDefaultFilters(filters: object | undefined) {
  const [address, setAddress] = useSearchParams();
  useEffect(() => {
    if (filters === undefined || address.size === 0 || address.has('filter')) return;
    setAddress(
      (last) => {
        last.set('filter', JSON.stringify(filters));
        return last;
      },
      { replace: true },
    );
  }, [address, filters, setAddress]);
}

export function KeysetList({ rows, rowClick, children, ...list }: Props) {
  useDefaultFilters(list.filterDefaultValues);
  return (
    <List
      {...list}
      pagination={<KeysetPagination />}
      perPage={25}
      exporter={false}
      empty={false}
      component={ScrollingCard}
      error={<NotRead />}
      queryOptions={SHOWN_BY_THE_LIST}
    >
      <DataTable bulkActionButtons={false} rowClick={rowClick} empty={<NoRows rows={rows} />}>
        {children}
      </DataTable>
    </List>
  );
}

function NotRead() {
  const list = useListContext();
  return <Alert severity="error">{messageOf(list.error)}</Alert>;
}

function NoRows({ rows }: { readonly rows: string }) {
  const list = useListContext();
  const filters = list.filterValues as Readonly<Record<string, unknown>>;
  return (
    <CardContent>
      <Typography>{reasonForNoRows(list.resource, rows, filters, list.filter)}</Typography>
    </CardContent>
  );
}
