/** Mounts the lobby in a frame, with the games that are opened from it. */
import { LobbyPage } from '../lobby/LobbyPage';
import { useFreeSpins } from '../lobby/useFreeSpins';
import { stopOf } from '../money/breaks/breaks';
import { Stopped } from '../money/Stopped';
import { useNow } from '../money/useNow';
import { useRehearsal } from '../session/useRehearsal';
import { OfflineBanner } from '../site/OfflineBanner';
import { FrameBalance } from './FrameBalance';
import { askForMoney, type FramedProps, showFramed } from './framed';
import { useMoneyOfFrame } from './useMoneyOfFrame';
import '../lobby/lobby.css';

function Lobby(props: FramedProps) {
  const { ask, session, tell } = props;
  const now = useNow(useRehearsal());
  const money = useMoneyOfFrame(props);
  const freeSpins = useFreeSpins(ask, session, 'casino', now);
  const stop = stopOf('CASINO', money.state.wallet?.limits ?? [], now);

  function turn(isOpen: boolean): void {
    // The game takes the place of the lobby, whose top may not be in view.
    if (isOpen) {
      tell({ type: 'furlong:show', top: 0 });
      return;
    }
    money.refresh();
    tell({ type: 'furlong:money-moved' });
  }

  return (
    <>
      <OfflineBanner />
      <header className="frame-head">
        <FrameBalance state={money.state} />
      </header>
      <main className="frame-lobby">
        {stop !== null ? (
          <Stopped stop={stop} onOpen={() => askForMoney(tell, 'history')} />
        ) : (
          <LobbyPage
            key={session.customer ?? ''}
            ask={ask}
            session={session}
            isSignedOut={money.state.standing === 'signed-out'}
            freeSpins={freeSpins}
            group={null}
            onGame={turn}
          />
        )}
      </main>
    </>
  );
}

showFramed(Lobby);
