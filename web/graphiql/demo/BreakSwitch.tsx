/** Chooses a subgraph of the demo that this page's own requests do not reach, to see what is left of an answer. */
import { useState } from 'react';

interface Props {
  readonly subgraphs: readonly string[];
  readonly onChoose: (name: string) => void;
}

export function BreakSwitch({ subgraphs, onChoose }: Props) {
  const [chosen, choose] = useState('');

  function set(name: string): void {
    onChoose(name);
    choose(name);
  }

  return (
    <label className="demo-switch">
      Break
      <select value={chosen} onChange={({ target }) => set(target.value)}>
        <option value="">none</option>
        {subgraphs.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
