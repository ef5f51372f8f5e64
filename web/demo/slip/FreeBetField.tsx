/** How the bet is paid: with the customer's money, or with a free bet, whose stake is not returned. */
import { formatMinor, useLocale } from '@furlong/club';
import { useId, type ReactNode } from 'react';

import { type FreeBet, obstacleOf } from '../betting/freeBets';
import { betWords } from '../betting/words';
import { momentInWords } from '../money/words';
import type { Cost } from './StakeField';
import type { SlipControls } from './useSlip';

interface FreeBetFieldProps {
  readonly slip: SlipControls;
  readonly onPay: (freeBetId: string | null) => void;
}

/** Nothing for a customer without free bets. */
export function FreeBetField({ slip: { freeBets, paying, plan }, onPay }: FreeBetFieldProps) {
  const words = betWords(useLocale());
  if (freeBets.length === 0 && paying.wanted === null) return null;
  const obstacles = freeBets.map((freeBet) => obstacleOf(freeBet, plan));
  const obstacle = obstacles.includes(null) ? null : (obstacles[0] ?? null);
  return (
    <fieldset className="paying" data-testid="paying">
      <legend>{words.payWith}</legend>
      <div className="way">
        <Radio isChecked={paying.wanted === null} testid="own-money" onCheck={() => onPay(null)}>
          {words.ownMoney}
        </Radio>
      </div>
      {freeBets.map((freeBet) => (
        <FreeBetOption key={freeBet.id} freeBet={freeBet} isChecked={paying.wanted === freeBet.id} onCheck={() => onPay(freeBet.id)} />
      ))}
      {obstacle !== null && paying.wanted === null && <p className="ways-note">{words.freeBetNot[obstacle]}</p>}
    </fieldset>
  );
}

interface FreeBetOptionProps {
  readonly freeBet: FreeBet;
  readonly isChecked: boolean;
  readonly onCheck: () => void;
}

function FreeBetOption({ freeBet: { amount, expiresAt }, isChecked, onCheck }: FreeBetOptionProps) {
  const locale = useLocale();
  const words = betWords(locale);
  return (
    <div className="way">
      <Radio isChecked={isChecked} testid="free-bet" onCheck={onCheck}>
        <span>
          {locale.fill(words.useFreeBet, { amount: locale.money(amount) })}
          {expiresAt !== null && <small>{locale.fill(words.useBy, { moment: momentInWords(expiresAt, locale) })}</small>}
        </span>
      </Radio>
    </div>
  );
}

interface RadioProps {
  readonly isChecked: boolean;
  readonly testid: string;
  readonly onCheck: () => void;
  readonly children: ReactNode;
}

function Radio({ isChecked, testid, onCheck, children }: RadioProps) {
  const id = useId();
  return (
    <>
      <input id={id} type="radio" name="paying" data-testid={testid} checked={isChecked} onChange={onCheck} />
      <label htmlFor={id}>{children}</label>
    </>
  );
}

interface FreeStakeProps {
  readonly freeBet: FreeBet;
  /** What the slip may return, in minor units. */
  readonly hoped: number;
  /** How it is divided; null for a bet that is not each way. */
  readonly cost: Cost | null;
  readonly isSettled: boolean;
}

/** In place of the stake that a customer types. */
export function FreeStake({ freeBet: { amount }, hoped, cost, isSettled }: FreeStakeProps) {
  const locale = useLocale();
  const words = betWords(locale);
  return (
    <>
      <div className="stake-cost" data-testid="free-stake">
        <p className="stake-help">
          <span>{words.freeBetStake}</span>
          <strong>
            <bdi>{locale.money(amount)}</bdi>
          </strong>
        </p>
        {cost !== null && <p>{cost.why}</p>}
      </div>
      <p className="stake-help" aria-live={isSettled ? 'polite' : 'off'} data-testid="stake-help">
        <span>{words.returnsWithoutStake}</span>
        <strong>
          <bdi>{formatMinor(hoped, amount.currency, locale.tag)}</bdi>
        </strong>
      </p>
    </>
  );
}
