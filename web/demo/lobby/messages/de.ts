/** German. */
import type { LobbyWords } from './messages';

export const DE: LobbyWords = {
  title: 'Casino',
  play: 'Spielen',
  forFun: 'Ohne Geld spielen',
  by: 'von {provider}',
  showAll: { one: 'Das einzige Spiel zeigen', other: 'Alle {n} Spiele zeigen' },
  showFewer: 'Weniger zeigen',
  loading: 'Wird geladen …',
  unreached: 'Spiele sind gerade nicht verfügbar. Ihr Geld ist nicht betroffen.',
  none: 'Hier gibt es keine Spiele für Sie.',
  retry: 'Aktualisieren',
  signIn: 'Melden Sie sich an, um mit Geld zu spielen.',
  opening: 'Das Spiel wird geöffnet …',
  close: 'Spiel schließen',
  noMoney: 'Ohne Geld: Es wird nichts eingesetzt und nichts gewonnen.',
  startAgain: 'Neu starten',
  over: {
    'signed-out': 'Ihre Sitzung ist beendet, deshalb hält das Spiel an. Ihre Gewinne gehören Ihnen. Melden Sie sich wieder an, um weiterzuspielen.',
    expired: 'Das Spiel hat sich nicht rechtzeitig geöffnet. Starten Sie es neu.',
    elsewhere: 'Dieses Spiel kann hier nicht gezeigt werden. Wählen Sie ein anderes.',
    unreached: 'Wir konnten das Spiel nicht öffnen. Es wurde nichts eingesetzt. Versuchen Sie es erneut.',
  },
  refused: {
    SUSPENDED: 'Ihr Konto ist ausgesetzt. Fragen Sie den Kundendienst.',
    SELF_EXCLUDED: 'Sie haben sich gesperrt, deshalb sind Spiele angehalten. Auszahlen können Sie jederzeit.',
    COOLING_OFF: 'Sie machen Pause, deshalb sind Spiele angehalten. Auszahlen können Sie jederzeit.',
    NOT_ALLOWED_HERE: 'Dieses Spiel kann an Ihrem Ort oder auf diese Weise nicht gespielt werden. Wählen Sie ein anderes.',
    UNVERIFIED: 'Verifizieren Sie Ihr Konto, bevor Sie mit Geld spielen.',
    INSUFFICIENT_FUNDS: 'Ihr Guthaben reicht nicht aus. Zahlen Sie ein, oder spielen Sie ohne Geld.',
    LIMIT_REACHED: 'Eines Ihrer Limits ist erreicht. Sehen Sie unter „Ihr Geld“ nach.',
    WRONG_CURRENCY: 'Dieses Spiel gibt es nicht in der Währung Ihres Kontos. Wählen Sie ein anderes.',
    METHOD_UNAVAILABLE: 'Das Spiel antwortet gerade nicht. Es wurde nichts eingesetzt. Versuchen Sie es erneut, oder wählen Sie ein anderes.',
  },
  notOpened: 'Das Spiel ließ sich nicht öffnen. Es wurde nichts eingesetzt. Wählen Sie ein anderes.',
};
