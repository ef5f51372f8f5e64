/** A button that stays focusable while it is inactive, and says why. */
import { useEffect, useRef, type ReactNode } from 'react';

interface ActionButtonProps {
  readonly className: string;
  readonly testid: string;
  readonly label?: string;
  /** The id of the text that says why the button is inactive; null if it is active. */
  readonly why: string | null;
  /** Whether the button takes the keyboard focus when it reappears after a question. */
  readonly takesFocus?: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

/** Does not use `disabled`, because a disabled button takes no focus and keyboard users would not learn the reason. */
export function ActionButton({ className, testid, label, why, takesFocus = false, onPress, children }: ActionButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (takesFocus) button.current?.focus();
  }, [takesFocus]);
  return (
    <button
      ref={button}
      type="button"
      className={className}
      data-testid={testid}
      aria-label={label}
      aria-disabled={why !== null}
      aria-describedby={why ?? undefined}
      onClick={() => {
        if (why === null) onPress();
      }}
    >
      {children}
    </button>
  );
}
