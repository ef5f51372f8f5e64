/** Breaks and self-exclusion: what holds, and what can be chosen. */
import { useLocale } from '@furlong/club';

import type { MoneyControls } from '../useMoney';
import type { Wallet } from '../wallet';
import { moneyWords } from '../words';
import { BreakForm } from './BreakForm';
import { stopsOf } from './breaks';
import { ExcludeForm } from './ExcludeForm';
import { stopInWords } from './stopInWords';

interface BreaksPartProps {
  readonly money: MoneyControls;
  readonly wallet: Wallet;
  readonly now: number;
}

export function BreaksPart({ money, wallet, now }: BreaksPartProps) {
  const locale = useLocale();
  const words = moneyWords(locale);
  const stops = stopsOf(wallet.limits, now);
  const isExcluded = stops[0]?.kind === 'EXCLUSION';
  return (
    <>
      {stops.length > 0 && (
        <div className="stops" data-testid="stops">
          <ul>
            {stops.map((stop) => (
              <li key={`${stop.kind}-${stop.product ?? ''}-${stop.until}`}>{stopInWords(stop, locale)}</li>
            ))}
          </ul>
          <p>{words.stays}</p>
        </div>
      )}
      {!isExcluded && (
        <>
          <BreakForm money={money} now={now} />
          <ExcludeForm money={money} now={now} />
        </>
      )}
    </>
  );
}
