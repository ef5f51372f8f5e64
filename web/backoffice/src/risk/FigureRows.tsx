/** The frame of the lists behind figures: of the brand chosen last unless the address names one, with CSV. */
import Alert from '@mui/material/Alert';
import { SelectInput, TopToolbar, useListContext } from 'react-admin';

import { CsvButton } from './figures/FigureTable.tsx';
import { KeysetList } from '../components/KeysetList.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { NO_BRAND, useRiskBrands } from './riskBrands.ts';

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
  const { brands, brand, problem } = useRiskBrands();
  if (problem !== '' || brands === null) return <Waiting problem={problem} />;
  if (brand === undefined) return <Alert severity="info">{NO_BRAND}</Alert>;
  const ofBrand = <SelectInput key="brand" source="brand" choices={[...brands]} alwaysOn emptyText={false} isRequired />;
  return (
    <KeysetList
      resource={resource}
      title={title}
      rows={rows}
      rowClick={false}
      filters={[ofBrand, ...filters]}
      filterDefaultValues={{ brand: brand.id }}
      actions={<Actions table={table} />}
      storeKey={false}
    >
      {children}
    </KeysetList>
  );
}

function Actions({ table }: { readonly table: string }) {
  const filter = useListContext().filterValues as Record<string, unknown>;
  const entries = Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
  return (
    <TopToolbar>
      <CsvButton table={table} parameters={Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))} />
    </TopToolbar>
  );
}
