/** The frame of risk's screens: the title, and the figures of the brand that is chosen. */
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { Page } from '../operations/page/Page.tsx';

import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  /** What the figures mean, in a sentence. */
  readonly lead: string;
  readonly actions?: ReactNode;
  readonly children: (brand: string) => ReactNode;
}

export function RiskPage({ title, lead, actions, children }: Props) {
  const { brand } = useBrand();
  return (
    <Page title={title} about={lead} actions={actions} problem={brand === null ? NO_BRAND : ''}>
      {brand !== null && children(brand)}
    </Page>
  );
}
