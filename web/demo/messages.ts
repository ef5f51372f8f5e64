/** The texts of the demo's bet form, which is not part of the widget. */
import type { Locale } from '@furlong/club';

export interface SlipWords {
  readonly slip: string;
  readonly stake: string;
  readonly setStake: string;
  readonly returns: string;
  readonly win: string;
  readonly odds: string;
  /** `{amount}`. */
  readonly place: string;
  readonly placeBare: string;
  readonly placing: string;
  readonly enterStake: string;
  readonly signIn: string;
  /** `{bet}`, `{id}`. */
  readonly placed: string;
  /** After `placed`, while nothing counts bets. */
  readonly later: string;
  /** `{amount}`, `{runner}`, `{odds}`. */
  readonly bet: string;
  readonly nowhere: string;
  readonly failed: string;
  /** Under the page. */
  readonly invented: string;
}

const EN: SlipWords = {
  slip: 'Bet slip',
  stake: 'Stake',
  setStake: 'Set the stake',
  returns: 'Possible returns',
  win: 'Win',
  odds: 'Odds',
  place: 'Place bet · {amount}',
  placeBare: 'Place bet',
  placing: 'Placing…',
  enterStake: 'Enter a stake to place a bet.',
  signIn: 'Sign in to place a bet.',
  placed: 'Bet placed: {bet}. Reference {id}.',
  later: 'It counts in a moment: the consumer of bets has ended, and is being started again. The terminal says why.',
  bet: '{amount} on {runner} at {odds}',
  nowhere: 'Placing bets is the betting site’s job; nothing here takes them.',
  failed: 'Your bet was not placed. Try again.',
  invented: '18+. Race, runners and prices are invented, and no money is staked here.',
};

const DE: SlipWords = {
  slip: 'Wettschein',
  stake: 'Einsatz',
  setStake: 'Einsatz festlegen',
  returns: 'Möglicher Gewinn',
  win: 'Sieg',
  odds: 'Quote',
  place: 'Wette platzieren · {amount}',
  placeBare: 'Wette platzieren',
  placing: 'Wird platziert …',
  enterStake: 'Geben Sie einen Einsatz ein, um zu wetten.',
  signIn: 'Melden Sie sich an, um zu wetten.',
  placed: 'Wette platziert: {bet}. Nummer {id}.',
  later: 'Sie zählt in Kürze: Der Consumer der Wetten ist beendet und wird neu gestartet. Der Grund steht im Terminal.',
  bet: '{amount} auf {runner} zu {odds}',
  nowhere: 'Wetten nimmt die Wettseite entgegen, nicht diese Seite.',
  failed: 'Ihre Wette wurde nicht platziert. Versuchen Sie es erneut.',
  invented: 'Ab 18. Rennen, Pferde und Quoten sind erfunden; hier wird kein Geld eingesetzt.',
};

const IT: SlipWords = {
  slip: 'Schedina',
  stake: 'Puntata',
  setStake: 'Imposta la puntata',
  returns: 'Vincita potenziale',
  win: 'Vincente',
  odds: 'Quota',
  place: 'Scommetti · {amount}',
  placeBare: 'Scommetti',
  placing: 'Invio in corso…',
  enterStake: 'Inserisci una puntata per scommettere.',
  signIn: 'Accedi per scommettere.',
  placed: 'Scommessa piazzata: {bet}. Riferimento {id}.',
  later: 'Verrà conteggiata tra poco: il consumer delle scommesse si è fermato e viene riavviato. Il motivo è nel terminale.',
  bet: '{amount} su {runner} a {odds}',
  nowhere: 'Le scommesse si piazzano sul sito, non in questa pagina.',
  failed: 'La scommessa non è stata piazzata. Riprova.',
  invented: '18+. Corse, cavalli e quote sono inventati, e qui non si gioca denaro.',
};

const AR: SlipWords = {
  slip: 'قسيمة الرهان',
  stake: 'المبلغ',
  setStake: 'تحديد المبلغ',
  returns: 'العائد المحتمل',
  win: 'فوز',
  odds: 'الاحتمالات',
  place: 'ضع الرهان · {amount}',
  placeBare: 'ضع الرهان',
  placing: 'جارٍ الإرسال…',
  enterStake: 'أدخل مبلغًا لوضع رهان.',
  signIn: 'سجّل الدخول لوضع رهان.',
  placed: 'وُضع الرهان: {bet}. المرجع {id}.',
  later: 'سيُحتسب بعد قليل: توقّف مستهلك الرهانات ويُعاد تشغيله. السبب مذكور في الطرفية.',
  bet: '{amount} على {runner} بسعر {odds}',
  nowhere: 'توضع الرهانات في موقع المراهنات، لا في هذه الصفحة.',
  failed: 'لم يوضع رهانك. حاول مرة أخرى.',
  invented: '18+. السباقات والخيول والأسعار من نسج الخيال، ولا تُراهَن هنا أي أموال.',
};

const LANGUAGES: Readonly<Record<string, SlipWords>> = { en: EN, de: DE, it: IT, ar: AR };

export function slipWords({ tag }: Pick<Locale, 'tag'>): SlipWords {
  return LANGUAGES[tag.split('-')[0] ?? ''] ?? EN;
}
