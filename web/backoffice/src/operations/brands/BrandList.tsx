/** The brands, with their revisions and who has not applied the last one. */
import Link from '@mui/material/Link';
import { Link as RouterLink } from 'react-router-dom';

import { DataRows } from '../page/DataRows.tsx';
import { IdText } from '../../look/IdText.tsx';
import { Page } from '../page/Page.tsx';
import { usePolled } from '../page/usePolled.ts';
import { BRANDS } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

export function BrandList() {
  const { data, problem } = usePolled(BRANDS, {}, 5);
  return (
    <Page title={WORDS.frame.screens.brands} about={WORDS.brands.nameLanguagesWidgets} problem={problem} waiting={data === undefined}>
      <DataRows
        label={WORDS.common.brands}
        rows={data?.brands.nodes ?? []}
        id={({ id }) => id}
        nothing={WORDS.brands.thereIsNoBrandYet}
        filledBy={WORDS.brands.brandAppearsOnceScheme}
        columns={[
          {
            head: WORDS.common.brand,
            cell: ({ id, name }) => (
              <Link component={RouterLink} to={`/brands/${id}/show`}>
                {name}
              </Link>
            ),
          },
          { head: WORDS.common.id, cell: ({ id }) => <IdText id={id} /> },
          { head: WORDS.brands.timeZone, cell: ({ timeZone }) => timeZone },
          { head: WORDS.common.languages, cell: ({ locales }) => locales.join(', ') },
          { head: WORDS.common.revision, cell: ({ revision }) => revision, right: true },
          { head: WORDS.brands.customColours, cell: ({ theme }) => theme.filter(({ isOwn }) => isOwn).length, right: true },
          { head: WORDS.brands.notAppliedBy, cell: ({ missing }) => missing.join(', ') || WORDS.brands.appliedByAll },
        ]}
      />
    </Page>
  );
}
