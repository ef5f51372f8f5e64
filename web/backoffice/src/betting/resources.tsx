/** The screens of traders, each shown to those who may read it. */
import { Resource } from 'react-admin';

import { CustomerFactors } from './CustomerFactors.tsx';
import { Liability } from './Liability.tsx';
import { TradingRules } from './TradingRules.tsx';
import { WORDS } from '../words/index.ts';

/** Return the resources; a function and no component, because react-admin reads the elements themselves. */
export function bettingResources(may: ReadonlySet<string>) {
  if (!may.has('betting.read')) return null;
  return (
    <>
      <Resource name="liability" list={Liability} options={{ label: WORDS.frame.screens.liability }} />
      <Resource name="tradingRules" list={TradingRules} options={{ label: WORDS.frame.screens.tradingRules }} />
      <Resource name="customerFactors" list={CustomerFactors} options={{ label: WORDS.frame.screens.customerFactors }} />
    </>
  );
}
