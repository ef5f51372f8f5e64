/** How long a bet still waits for the bet delay. Those who listen are told once how long it takes in all. */
import { useLocale } from '@furlong/club';

import type { Delay } from './placer';
import { SECOND_MS, secondsInWords } from './secondsLeft';
import { betWords } from './words';

interface CountdownProps {
  readonly delay: Delay;
  /** In seconds; 0 while the end is on its way. */
  readonly left: number;
}

export function Countdown({ delay, left }: CountdownProps) {
  const locale = useLocale();
  const words = betWords(locale).delay;
  // At the end of a second, the bar is where the next number says.
  const share = Math.max(0, Math.min(1, ((left - 1) * SECOND_MS) / delay.ofMs));
  return (
    <div className="countdown" aria-hidden="true" data-testid="bet-delay" data-left={left}>
      <p className="receipt-state" data-testid="receipt-state">
        {left > 0 ? locale.fill(words.left, { seconds: secondsInWords(left, locale) }) : words.over}
      </p>
      <div className="countdown-bar">
        <span style={{ inlineSize: `${share * 100}%` }} />
      </div>
    </div>
  );
}
