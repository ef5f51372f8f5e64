/** A list of the graph by pages of keys, with saved filters; without rows it says why, and what fills it. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { useEffect } from 'react';
import { DataTable, List, useListContext } from 'react-admin';
import { useSearchParams } from 'react-router-dom';

import { ScrollingCard } from '../look/ScrollingCard.tsx';
import { KeysetPagination } from './KeysetPagination.tsx';
import { messageOf } from '../session/session.ts';
import { filledBy, reasonForNoRows, withoutOptional } from './noRows.ts';
import { SavedFilters } from './savedFilters.tsx';
import { SkeletonRows } from './Waiting.tsx';
import { isGiven } from '../graph/resources.ts';
import { EmptyState } from '../look/EmptyState.tsx';

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

/**
 * Begin with the default filters, and return whether the list has them: the library leaves them out where the address has
 * anything, such as the brand. A list that is shown before has none, reads all, and its form may put "none" into the address.
 */
function useDefaultFilters(filters: object | undefined): boolean {
  const [address, setAddress] = useSearchParams();
  const isWithout = filters !== undefined && address.size > 0 && !address.has('filter');
  useEffect(() => {
    if (!isWithout) return;
    setAddress(
      (last) => {
        last.set('filter', JSON.stringify(filters));
        return last;
      },
      { replace: true },
    );
  }, [isWithout, filters, setAddress]);
  return !isWithout;
}

export function KeysetList({ rows, rowClick, children, ...list }: Props) {
  if (!useDefaultFilters(list.filterDefaultValues)) return null;
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
      {list.filters !== undefined && <SavedFilters defaults={list.filterDefaultValues} />}
      <Rows rows={rows} rowClick={rowClick}>
        {children}
      </Rows>
    </List>
  );
}

/** The table; the shape of one until the first page has been read. */
function Rows({ rows, rowClick, children }: Pick<Props, 'rows' | 'rowClick' | 'children'>) {
  if (useListContext().isPending) return <SkeletonRows rows={8} />;
  return (
    <DataTable bulkActionButtons={false} rowClick={rowClick} empty={<NoRows rows={rows} />}>
      {children}
    </DataTable>
  );
}

function NotRead() {
  const list = useListContext();
  return <Alert severity="error">{messageOf(list.error)}</Alert>;
}

function NoRows({ rows }: { readonly rows: string }) {
  const list = useListContext();
  const { resource, filter, setFilters } = list;
  const given = list.filterValues as Readonly<Record<string, unknown>>;
  const kept = withoutOptional(resource, given);
  const isHidden = Object.keys(given).some((name) => !(name in kept) && isGiven(given[name]));
  return (
    <EmptyState why={reasonForNoRows(resource, rows, given, filter)} filledBy={filledBy(resource, given, filter)}>
      {isHidden && (
        <Button variant="outlined" size="small" onClick={() => setFilters(kept, {})}>
          Clear the filters
        </Button>
      )}
    </EmptyState>
  );
}
