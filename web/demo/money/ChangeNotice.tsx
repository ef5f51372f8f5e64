/** What became of a change, for everybody; and the button that sends it again if nobody knows. */
import { useLocale } from '@furlong/club';

import type { Sending } from './useSending';
import { moneyWords } from './words';

interface ChangeNoticeProps {
  readonly sending: Sending;
  /** Called after a change that was sent again was made. */
  readonly onDone?: () => void;
}

export function ChangeNotice({ sending: { isSending, told, again }, onDone }: ChangeNoticeProps) {
  const words = moneyWords(useLocale());
  const mayRepeat = told !== null && told.again !== null;
  return (
    <>
      <p className="change-notice" role="status" data-testid="change-notice" data-good={told?.isGood ?? true}>
        {isSending ? words.sending : (told?.text ?? '')}
      </p>
      {mayRepeat && (
        <button
          type="button"
          className="quiet"
          data-testid="send-again"
          onClick={() => void again().then((isDone) => isDone && onDone?.())}
        >
          {words.tryAgain}
        </button>
      )}
    </>
  );
}
