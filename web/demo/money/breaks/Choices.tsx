/** A group of choices of which one is taken. */
import { useId, type ReactNode } from 'react';

interface ChoicesProps<Value extends string> {
  readonly title: string;
  readonly testid: string;
  readonly values: readonly (readonly [Value, string])[];
  /** Null while none is taken. */
  readonly value: Value | null;
  readonly onChoose: (value: Value) => void;
  /** What belongs to the last choice. */
  readonly children?: ReactNode;
}

export function Choices<Value extends string>({ title, testid, values, value, onChoose, children }: ChoicesProps<Value>) {
  const name = useId();
  return (
    <fieldset className="choices" data-testid={testid}>
      <legend>{title}</legend>
      <div className="choices-list">
        {values.map(([each, text]) => (
          <label key={each} className="choice">
            <input type="radio" name={name} value={each} checked={each === value} onChange={() => onChoose(each)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
      {children}
    </fieldset>
  );
}
