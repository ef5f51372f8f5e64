/** The frame of the lists behind figures: of the brand that is chosen, with CSV. */
import Alert from '@mui/material/Alert';
import { TopToolbar, useListContext } from 'react-admin';

import { CsvButton } from './figures/FigureTable.tsx';
import { KeysetList } from '../components/KeysetList.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';

import type { ReactElement, ReactNode } from 'react';

interface Props {
  /** The list in the admin graph. */
  readonly resource: string;
  /** The table as CSV. */
  readonly table: string;
  readonly title: string;
  /** What is listed, in the plural. */
  readonly rows: string;
  /** The filters besides the brand. */
  readonly filters: readonly ReactElement[];
  readonly children: ReactNode;
}

export function FigureRows({ resource, table, title, rows, filters, children }: Props) {
  const { brand } = useBrand();
  if (brand === null) return <Alert severity="info">{NO_BRAND}</Alert>;
  return (
    <KeysetList
      resource={resource}
      title={title}
      rows={rows}
      rowClick={false}
      filters={[...filters]}
      filter={{ brand }}
      actions={<Actions table={table} />}
      storeKey={false}
    >
      {children}
    </KeysetList>
  );
}

function Actions({ table }: { readonly table: string }) {
  const { brand } = useBrand();
  const filter: Record<string, unknown> = { ...(useListContext().filterValues as Record<string, unknown>), brand };
  const entries = Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
  return (
    <TopToolbar>
      <CsvButton table={table} parameters={Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))} />
    </TopToolbar>
  );
}
