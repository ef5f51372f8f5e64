/** A list of the graph by pages of keys, with saved filters; without rows it says why, and what fills it. */
import Button from '@mui/material/Button';
import { DataTable, List, useListContext } from 'react-admin';
import { Route, Routes, useLocation } from 'react-router-dom';

import { ScrollingCard } from '../look/ScrollingCard.tsx';
import { KeysetPagination } from './KeysetPagination.tsx';
import { messageOf } from '../session/session.ts';
import { filledBy, reasonForNoRows, withoutOptional } from './noRows.ts';
import { SavedFilters } from './savedFilters.tsx';
import { Failed, SkeletonRows } from './Waiting.tsx';
import { isGiven } from '../graph/resources.ts';
import { EmptyState } from '../look/EmptyState.tsx';
import { WORDS } from '../words/index.ts';

import type { DataTableProps, ListProps } from 'react-admin';
import type { ReactNode } from 'react';
import type { Location } from 'react-router-dom';

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
 * Return where the list is, for the list: with its default filters if the address has none. The library leaves them out where
 * the address has anything, such as the brand. The address itself stays as it is: a list that waited for another one would
 * show nothing meanwhile, and nothing at all once its entry of the menu is chosen again while it waits.
 */
function useLocationWithFilters(filters: object | undefined): Location {
  const location = useLocation();
  const address = new URLSearchParams(location.search);
  if (filters === undefined || address.size === 0 || address.has('filter')) return location;
  address.set('filter', JSON.stringify(filters));
  return { ...location, search: `?${address.toString()}` };
}

export function KeysetList(props: Props) {
  const location = useLocationWithFilters(props.filterDefaultValues);
  return (
    <Routes location={location}>
      <Route path="*" element={<LocatedList {...props} />} />
    </Routes>
  );
}

function LocatedList({ rows, rowClick, children, ...list }: Props) {
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
  return <Failed problem={messageOf(list.error)} />;
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
          {WORDS.common.clearTheFilters}
        </Button>
      )}
    </EmptyState>
  );
}
