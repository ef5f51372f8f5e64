/** Says that there is no network, and how old what is shown is. */
import { useLocale, useOffline } from '@furlong/club';

import { slipWords } from '../messages';

/** The region stays, so that screen readers announce what comes into it. */
export function OfflineBanner() {
  const locale = useLocale();
  const since = useOffline();
  return (
    <div role="status" className="offline" data-testid="page-offline">
      {since !== null && <p>{locale.fill(slipWords(locale).offline, { time: locale.clock(since) })}</p>}
    </div>
  );
}
