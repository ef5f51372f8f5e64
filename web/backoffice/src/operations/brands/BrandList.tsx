/** The brands, with their revisions and who has not applied the last one. */
import Link from '@mui/material/Link';
import { Link as RouterLink } from 'react-router-dom';

import { DataRows } from '../page/DataRows.tsx';
import { IdText } from '../../look/IdText.tsx';
import { Page } from '../page/Page.tsx';
import { usePolled } from '../page/usePolled.ts';
import { BRANDS } from '../../graph/generated/operations.ts';

export function BrandList() {
  const { data, problem } = usePolled(BRANDS, {}, 5);
  return (
    <Page title="Brands" about="Name, languages and the widget’s colours; changes apply to all nodes." problem={problem} waiting={data === undefined}>
      <DataRows
        label="Brands"
        rows={data?.brands.nodes ?? []}
        id={({ id }) => id}
        nothing="There is no brand yet."
        filledBy="A brand appears once its scheme rules have arrived: see `furlong load`."
        columns={[
          {
            head: 'Brand',
            cell: ({ id, name }) => (
              <Link component={RouterLink} to={`/brands/${id}/show`}>
                {name}
              </Link>
            ),
          },
          { head: 'Id', cell: ({ id }) => <IdText id={id} /> },
          { head: 'Time zone', cell: ({ timeZone }) => timeZone },
          { head: 'Languages', cell: ({ locales }) => locales.join(', ') },
          { head: 'Revision', cell: ({ revision }) => revision, right: true },
          { head: 'Custom colours', cell: ({ theme }) => theme.filter(({ isOwn }) => isOwn).length, right: true },
          { head: 'Not applied by', cell: ({ missing }) => missing.join(', ') || 'applied by all' },
        ]}
      />
    </Page>
  );
}
