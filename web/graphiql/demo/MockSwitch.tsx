/** Sends this page's own requests to mocked answers, which need no customer, no week and no bets. */
import { useState } from 'react';

interface Props {
  readonly onChoose: (mocked: boolean) => void;
}

export function MockSwitch({ onChoose }: Props) {
  const [mocked, choose] = useState(false);

  function set(wanted: boolean): void {
    onChoose(wanted);
    choose(wanted);
  }

  return (
    <label className="demo-switch">
      <input type="checkbox" checked={mocked} onChange={({ target }) => set(target.checked)} />
      Mocked answers
    </label>
  );
}
