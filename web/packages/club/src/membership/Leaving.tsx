/** Leaving the club: the first press states the consequences, and only the second one leaves. */
import { useEffect, useId, useRef, useState } from 'react';

import { useLocale } from '../locale/locale';
import { ActionButton } from '../tracker/ActionButton';
import { showInMiddle } from '../ui/inView';

interface LeavingProps {
  /** Whether the customer keeps this week's reward. */
  readonly keeps: boolean;
  readonly whyNot: string | null;
  readonly onLeave: () => void;
}

export function Leaving({ keeps, whyNot, onLeave }: LeavingProps) {
  const { words } = useLocale();
  const [asked, setAsked] = useState<'no' | 'now' | 'before'>('no');
  if (asked !== 'now') {
    return (
      <ActionButton
        className="club-link"
        testid="opt-out"
        why={whyNot}
        takesFocus={asked === 'before'}
        onPress={() => setAsked('now')}
      >
        {words.leave}
      </ActionButton>
    );
  }
  return (
    <Question
      consequences={keeps ? words.leaveKeeping : words.leaveLosing}
      onStay={() => setAsked('before')}
      onLeave={() => {
        setAsked('no');
        onLeave();
      }}
    />
  );
}

interface QuestionProps {
  readonly consequences: string;
  readonly onStay: () => void;
  readonly onLeave: () => void;
}

function Question({ consequences, onStay, onLeave }: QuestionProps) {
  const { words } = useLocale();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    showInMiddle(box.current);
  }, []);
  return (
    <div className="club-leaving" ref={box} role="group" aria-labelledby={id}>
      <h4 id={id} ref={heading} tabIndex={-1}>
        {words.leaveTitle}
      </h4>
      <p>{consequences}</p>
      <div className="club-answers">
        <button type="button" className="club-secondary" data-testid="stay" onClick={onStay}>
          {words.stay}
        </button>
        <button type="button" className="club-danger" data-testid="opt-out-confirm" onClick={onLeave}>
          {words.leaveFirmly}
        </button>
      </div>
    </div>
  );
}
