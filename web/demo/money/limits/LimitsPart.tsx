/** A customer's limits: the deposit limits alike, then those while playing. */
import { useLocale } from '@furlong/club';

import type { SettableKind } from '../change';
import type { MoneyControls } from '../useMoney';
import type { Wallet } from '../wallet';
import { moneyWords } from '../words';
import { LimitRow } from './LimitRow';
import { DEPOSIT_LIMITS, PLAY_LIMITS } from './limits';

interface LimitsPartProps {
  readonly money: MoneyControls;
  readonly wallet: Wallet;
  readonly now: number;
}

export function LimitsPart(props: LimitsPartProps) {
  const words = moneyWords(useLocale());
  return (
    <>
      <p className="money-rule">{words.howLimitsChange}</p>
      <Group {...props} id="deposit-limits" title={words.depositLimits} help={words.depositHelp} kinds={DEPOSIT_LIMITS} />
      <Group {...props} id="play-limits" title={words.playLimits} kinds={PLAY_LIMITS} />
    </>
  );
}

interface GroupProps extends LimitsPartProps {
  readonly id: string;
  readonly title: string;
  readonly help?: string;
  readonly kinds: readonly SettableKind[];
}

function Group({ id, title, help, kinds, money, wallet, now }: GroupProps) {
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {help !== undefined && <p className="money-help">{help}</p>}
      <ul className="limits">
        {kinds.map((kind) => (
          <LimitRow key={kind} kind={kind} money={money} wallet={wallet} now={now} />
        ))}
      </ul>
    </section>
  );
}
