/** Italian. */
import type { LobbyWords } from './messages';

export const IT: LobbyWords = {
  title: 'Casinò',
  play: 'Gioca',
  forFun: 'Gioca senza denaro',
  by: 'di {provider}',
  showAll: { one: 'Mostra l’unico gioco', other: 'Mostra tutti i {n} giochi' },
  showFewer: 'Mostra meno',
  loading: 'Caricamento…',
  unreached: 'I giochi non sono disponibili al momento. Il tuo denaro non ne risente.',
  none: 'Qui non ci sono giochi per te.',
  retry: 'Aggiorna',
  signIn: 'Accedi per giocare con denaro.',
  opening: 'Apertura del gioco…',
  close: 'Chiudi il gioco',
  noMoney: 'Senza denaro: non si punta e non si vince nulla.',
  startAgain: 'Ricomincia',
  over: {
    'signed-out': 'La sessione è terminata e il gioco si è fermato. Ciò che hai vinto è tuo. Accedi di nuovo per continuare.',
    expired: 'Il gioco non si è aperto in tempo. Avvialo di nuovo.',
    elsewhere: 'Questo gioco non può essere mostrato qui. Scegline un altro.',
    unreached: 'Non siamo riusciti ad aprire il gioco. Non è stato puntato nulla. Riprova.',
  },
  refused: {
    SUSPENDED: 'Il tuo conto è sospeso. Chiedi all’assistenza.',
    SELF_EXCLUDED: 'Sei in autoesclusione: i giochi sono fermi. Puoi prelevare in qualsiasi momento.',
    COOLING_OFF: 'Sei in pausa: i giochi sono fermi. Puoi prelevare in qualsiasi momento.',
    NOT_ALLOWED_HERE: 'Questo gioco non è consentito dove ti trovi, o non in questo modo. Scegline un altro.',
    UNVERIFIED: 'Verifica il tuo conto prima di giocare con denaro.',
    INSUFFICIENT_FUNDS: 'Il saldo del tuo conto non basta. Deposita, o gioca senza denaro.',
    LIMIT_REACHED: 'Hai raggiunto uno dei tuoi limiti. Guarda in «Il tuo denaro».',
    WRONG_CURRENCY: 'Questo gioco non è disponibile nella valuta del tuo conto. Scegline un altro.',
    METHOD_UNAVAILABLE: 'Il gioco non risponde al momento. Non è stato puntato nulla. Riprova, o scegline un altro.',
  },
  notOpened: 'Non è stato possibile aprire il gioco. Non è stato puntato nulla. Scegline un altro.',
};
