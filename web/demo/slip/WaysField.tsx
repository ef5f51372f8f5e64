/** How the selections of the slip are bet: as singles or one multiple, each way, and at which odds. */
import { useLocale } from '@furlong/club';
import { useId } from 'react';

import { betWords, kindOfBet } from '../betting/words';
import type { Choice, Plan, Way } from './plan';

interface WaysFieldProps {
  /** How many selections there are. */
  readonly legs: number;
  readonly plan: Plan;
  readonly choice: Choice;
  readonly onChoose: (choice: Choice) => void;
}

export function WaysField({ legs, plan, choice, onChoose }: WaysFieldProps) {
  const locale = useLocale();
  const words = betWords(locale);
  return (
    <>
      {legs > 1 && !plan.canCombine && <p className="ways-note">{words.cannotCombine}</p>}
      {plan.canCombine && (
        <fieldset className="ways">
          <legend className="visually-hidden">{words.ways}</legend>
          <WayOption way="multiple" label={kindOfBet(legs, locale)} chosen={plan.way} onChoose={(way) => onChoose({ ...choice, way })} />
          <WayOption way="singles" label={locale.count(words.singles, legs)} chosen={plan.way} onChoose={(way) => onChoose({ ...choice, way })} />
        </fieldset>
      )}
      <div className="checks">
        {plan.canEachWay && (
          <Check
            testid="each-way"
            label={words.eachWay}
            isChecked={plan.eachWay}
            onCheck={(eachWay) => onChoose({ ...choice, eachWay })}
          />
        )}
        {legs > 0 && (
          <Check
            testid="takes-higher"
            label={words.takesHigher}
            isChecked={choice.takesHigher}
            onCheck={(takesHigher) => onChoose({ ...choice, takesHigher })}
          />
        )}
      </div>
    </>
  );
}

interface WayOptionProps {
  readonly way: Way;
  readonly label: string;
  readonly chosen: Way;
  readonly onChoose: (way: Way) => void;
}

function WayOption({ way, label, chosen, onChoose }: WayOptionProps) {
  const id = useId();
  return (
    <div className="way">
      <input id={id} type="radio" name="way" data-testid={`way-${way}`} checked={way === chosen} onChange={() => onChoose(way)} />
      <label htmlFor={id}>{label}</label>
    </div>
  );
}

interface CheckProps {
  readonly testid: string;
  readonly label: string;
  readonly isChecked: boolean;
  readonly onCheck: (isChecked: boolean) => void;
}

function Check({ testid, label, isChecked, onCheck }: CheckProps) {
  const id = useId();
  return (
    <div className="check">
      <input id={id} type="checkbox" data-testid={testid} checked={isChecked} onChange={(event) => onCheck(event.target.checked)} />
      <label htmlFor={id}>{label}</label>
    </div>
  );
}
