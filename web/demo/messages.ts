/** The texts of the demo's events and bet form, which are not part of the widget. */
import type { Locale } from '@furlong/club';

import type { OfferedEvent, OfferedMarket, OfferedSelection } from './events/offers';

export interface SlipWords {
  readonly slip: string;
  readonly stake: string;
  readonly setStake: string;
  readonly returns: string;
  readonly odds: string;
  /** In place of a selection. */
  readonly empty: string;
  /** Beside a selection that the page has picked by itself. */
  readonly suggested: string;
  readonly choose: string;
  /** `{odds}`: those at which it was picked. */
  readonly moved: string;
  /** `{odds}`: the present ones. */
  readonly accept: string;
  readonly acceptFirst: string;
  /** Why what is picked cannot be bet on now. */
  readonly standing: Readonly<Record<'suspended' | 'over' | 'gone' | 'waiting' | 'paused', string>>;
  /** `{amount}`. */
  readonly place: string;
  readonly placeBare: string;
  readonly placing: string;
  readonly enterStake: string;
  readonly signIn: string;
  /** `{bet}`, `{id}`. */
  readonly placed: string;
  /** `{amount}`, `{runner}`, `{odds}`. */
  readonly bet: string;
  readonly nowhere: string;
  /** Under the page. */
  readonly invented: string;

  readonly events: string;
  readonly search: string;
  readonly sport: string;
  readonly allSports: string;
  readonly day: string;
  readonly anyDay: string;
  readonly today: string;
  readonly tomorrow: string;
  readonly shown: Parameters<Locale['count']>[0];
  readonly loading: string;
  /** `{time}`: since when prices may have changed. */
  readonly paused: string;
  readonly unreachedEvents: string;
  readonly signInEvents: string;
  readonly noEvents: string;
  readonly noMatch: string;
  readonly narrow: string;
  readonly moreEvents: string;
  readonly moreMarkets: string;
  readonly fewerMarkets: string;
  readonly noMarkets: string;
  readonly noMoreMarkets: string;
  readonly eventStates: Readonly<Record<OfferedEvent['status'], string>>;
  readonly score: string;
  /** Between a selection and its odds. */
  readonly at: string;
  readonly marketStates: Readonly<Record<OfferedMarket['status'], string>>;
  /** What became of a selection. */
  readonly results: Readonly<Partial<Record<OfferedSelection['status'], string>>>;
  readonly suspended: string;
  readonly closed: string;
  /** `{time}`: since when. */
  readonly offline: string;
  readonly offlineBet: string;
}

const EN: SlipWords = {
  slip: 'Bet slip',
  stake: 'Stake',
  setStake: 'Set the stake',
  returns: 'Potential returns',
  odds: 'Odds',
  empty: 'Your slip is empty. Choose odds to start a bet.',
  suggested: 'We’ve picked one so you can see how it works. Remove it, or choose your own.',
  choose: 'Choose a selection to place a bet.',
  moved: 'Odds were {odds} when you chose this.',
  accept: 'Accept {odds}',
  acceptFirst: 'The odds have changed. Accept the new odds to place this bet.',
  standing: {
    suspended: 'Betting on this is suspended. You can place your bet once it reopens.',
    over: 'Betting on this has ended. Choose another selection.',
    gone: 'This is no longer offered. Choose another selection.',
    waiting: 'Checking the odds…',
    paused: 'Prices are paused. You can place your bet once they’re back.',
  },
  place: 'Place bet · {amount}',
  placeBare: 'Place bet',
  placing: 'Placing…',
  enterStake: 'Enter a stake to place a bet.',
  signIn: 'Sign in to place a bet.',
  placed: 'Bet placed: {bet}. Reference {id}.',
  bet: '{amount} on {runner} at {odds}',
  nowhere: 'You place bets on the betting site. This page doesn’t take them.',
  invented: '18+. Demo only: events, prices and money are made up.',

  events: 'Events',
  search: 'Search',
  sport: 'Sport',
  allSports: 'All sports',
  day: 'Day',
  anyDay: 'Any day',
  today: 'Today',
  tomorrow: 'Tomorrow',
  shown: { one: '{n} event shown', other: '{n} events shown' },
  loading: 'Loading…',
  paused: 'Prices paused since {time}. We can’t update them right now, and we’ll keep trying.',
  unreachedEvents: 'Events aren’t available right now. Your bets and your reward aren’t affected.',
  signInEvents: 'Sign in to see events.',
  noEvents: 'No events right now.',
  noMatch: 'No events match. Try another search, sport or day.',
  narrow: 'To see others, search or choose a sport or a day.',
  moreEvents: 'Show more events',
  moreMarkets: 'More markets',
  fewerMarkets: 'Fewer markets',
  noMarkets: 'No betting on this yet.',
  noMoreMarkets: 'No more markets.',
  eventStates: { SCHEDULED: 'Upcoming', LIVE: 'Live', SUSPENDED: 'Interrupted', FINISHED: 'Finished', CANCELLED: 'Cancelled' },
  score: 'Score',
  at: 'at',
  marketStates: { OPEN: 'Open', SUSPENDED: 'Suspended', CLOSED: 'Closed', SETTLED: 'Settled' },
  results: { WON: 'Won', LOST: 'Lost', VOID: 'Void', DEAD_HEAT: 'Dead heat', WITHDRAWN: 'Withdrawn' },
  suspended: 'Suspended',
  closed: 'Closed',
  offline: 'You’re offline. Prices and figures are from {time}. They’ll update once you’re back online.',
  offlineBet: 'You’re offline. You can place your bet once you’re back online.',
};

const DE: SlipWords = {
  slip: 'Wettschein',
  stake: 'Einsatz',
  setStake: 'Einsatz festlegen',
  returns: 'Mögliche Auszahlung',
  odds: 'Quote',
  empty: 'Ihr Wettschein ist leer. Wählen Sie eine Quote, um zu wetten.',
  suggested: 'Ein Beispiel von uns, damit Sie sehen, wie es funktioniert. Entfernen Sie es oder wählen Sie selbst.',
  choose: 'Treffen Sie eine Auswahl, um zu wetten.',
  moved: 'Bei Ihrer Auswahl war die Quote {odds}.',
  accept: '{odds} annehmen',
  acceptFirst: 'Die Quote hat sich geändert. Nehmen Sie die neue Quote an, um zu wetten.',
  standing: {
    suspended: 'Wetten hierauf sind ausgesetzt. Sie können wetten, sobald sie wieder offen sind.',
    over: 'Wetten hierauf sind beendet. Wählen Sie etwas anderes.',
    gone: 'Das wird nicht mehr angeboten. Wählen Sie etwas anderes.',
    waiting: 'Quote wird geprüft …',
    paused: 'Die Quoten pausieren. Sie können wetten, sobald sie wieder da sind.',
  },
  place: 'Wette platzieren · {amount}',
  placeBare: 'Wette platzieren',
  placing: 'Wird platziert …',
  enterStake: 'Geben Sie einen Einsatz ein, um zu wetten.',
  signIn: 'Melden Sie sich an, um zu wetten.',
  placed: 'Wette platziert: {bet}. Nummer {id}.',
  bet: '{amount} auf {runner} zu {odds}',
  nowhere: 'Wetten platzieren Sie auf der Wettseite. Diese Seite nimmt keine an.',
  invented: 'Ab 18. Nur eine Demo: Ereignisse, Quoten und Geld sind erfunden.',

  events: 'Ereignisse',
  search: 'Suche',
  sport: 'Sportart',
  allSports: 'Alle Sportarten',
  day: 'Tag',
  anyDay: 'Jeder Tag',
  today: 'Heute',
  tomorrow: 'Morgen',
  shown: { one: '{n} Ereignis wird gezeigt', other: '{n} Ereignisse werden gezeigt' },
  loading: 'Wird geladen …',
  paused: 'Quoten pausieren seit {time}. Wir können sie gerade nicht aktualisieren und versuchen es weiter.',
  unreachedEvents: 'Ereignisse sind gerade nicht verfügbar. Ihre Wetten und Ihre Prämie sind nicht betroffen.',
  signInEvents: 'Melden Sie sich an, um Ereignisse zu sehen.',
  noEvents: 'Zurzeit gibt es keine Ereignisse.',
  noMatch: 'Kein Ereignis passt. Versuchen Sie eine andere Suche, Sportart oder einen anderen Tag.',
  narrow: 'Für weitere suchen Sie, oder wählen Sie eine Sportart oder einen Tag.',
  moreEvents: 'Mehr Ereignisse zeigen',
  moreMarkets: 'Mehr Wetten',
  fewerMarkets: 'Weniger Wetten',
  noMarkets: 'Noch keine Wetten.',
  noMoreMarkets: 'Keine weiteren Wetten.',
  eventStates: { SCHEDULED: 'Geplant', LIVE: 'Live', SUSPENDED: 'Unterbrochen', FINISHED: 'Beendet', CANCELLED: 'Abgesagt' },
  score: 'Spielstand',
  at: 'zu',
  marketStates: { OPEN: 'Offen', SUSPENDED: 'Ausgesetzt', CLOSED: 'Geschlossen', SETTLED: 'Ausgewertet' },
  results: { WON: 'Gewonnen', LOST: 'Verloren', VOID: 'Ungültig', DEAD_HEAT: 'Totes Rennen', WITHDRAWN: 'Zurückgezogen' },
  suspended: 'Ausgesetzt',
  closed: 'Geschlossen',
  offline: 'Sie sind offline. Quoten und Zahlen sind von {time}. Sie werden aktualisiert, sobald Sie wieder online sind.',
  offlineBet: 'Sie sind offline. Sie können wetten, sobald Sie wieder online sind.',
};

const IT: SlipWords = {
  slip: 'Schedina',
  stake: 'Puntata',
  setStake: 'Imposta la puntata',
  returns: 'Vincita potenziale',
  odds: 'Quota',
  empty: 'La schedina è vuota. Scegli una quota per scommettere.',
  suggested: 'L’abbiamo scelta noi, per farti vedere come funziona. Rimuovila o scegli tu.',
  choose: 'Scegli un esito per scommettere.',
  moved: 'Quando l’hai scelta, la quota era {odds}.',
  accept: 'Accetta {odds}',
  acceptFirst: 'La quota è cambiata. Accetta quella nuova per scommettere.',
  standing: {
    suspended: 'Le scommesse su questo esito sono sospese. Potrai scommettere quando riapriranno.',
    over: 'Le scommesse su questo esito sono chiuse. Scegline un altro.',
    gone: 'Questo esito non è più offerto. Scegline un altro.',
    waiting: 'Verifica della quota…',
    paused: 'Le quote sono in pausa. Potrai scommettere quando torneranno.',
  },
  place: 'Scommetti · {amount}',
  placeBare: 'Scommetti',
  placing: 'Invio in corso…',
  enterStake: 'Inserisci una puntata per scommettere.',
  signIn: 'Accedi per scommettere.',
  placed: 'Scommessa piazzata: {bet}. Riferimento {id}.',
  bet: '{amount} su {runner} a {odds}',
  nowhere: 'Le scommesse si piazzano sul sito di scommesse. Questa pagina non le accetta.',
  invented: '18+. Solo demo: eventi, quote e denaro sono inventati.',

  events: 'Eventi',
  search: 'Cerca',
  sport: 'Sport',
  allSports: 'Tutti gli sport',
  day: 'Giorno',
  anyDay: 'Tutti i giorni',
  today: 'Oggi',
  tomorrow: 'Domani',
  shown: { one: '{n} evento mostrato', other: '{n} eventi mostrati' },
  loading: 'Caricamento…',
  paused: 'Quote in pausa dalle {time}. Ora non possiamo aggiornarle e continuiamo a provare.',
  unreachedEvents: 'Gli eventi non sono disponibili al momento. Scommesse e premio non ne risentono.',
  signInEvents: 'Accedi per vedere gli eventi.',
  noEvents: 'Al momento non ci sono eventi.',
  noMatch: 'Nessun evento trovato. Prova un’altra ricerca, un altro sport o un altro giorno.',
  narrow: 'Per vederne altri, cerca oppure scegli uno sport o un giorno.',
  moreEvents: 'Mostra altri eventi',
  moreMarkets: 'Altre scommesse',
  fewerMarkets: 'Meno scommesse',
  noMarkets: 'Ancora nessuna scommessa.',
  noMoreMarkets: 'Nessun’altra scommessa.',
  eventStates: { SCHEDULED: 'In programma', LIVE: 'Live', SUSPENDED: 'Interrotto', FINISHED: 'Finito', CANCELLED: 'Annullato' },
  score: 'Risultato',
  at: 'a',
  marketStates: { OPEN: 'Aperto', SUSPENDED: 'Sospeso', CLOSED: 'Chiuso', SETTLED: 'Refertato' },
  results: { WON: 'Vincente', LOST: 'Perdente', VOID: 'Annullato', DEAD_HEAT: 'Parità', WITHDRAWN: 'Ritirato' },
  suspended: 'Sospeso',
  closed: 'Chiuso',
  offline: 'Sei offline. Quote e dati sono delle {time} e si aggiorneranno quando tornerai online.',
  offlineBet: 'Sei offline. Potrai scommettere quando tornerai online.',
};

const AR: SlipWords = {
  slip: 'قسيمة الرهان',
  stake: 'المبلغ',
  setStake: 'تحديد المبلغ',
  returns: 'العائد المحتمل',
  odds: 'السعر',
  empty: 'قسيمتك فارغة. اختر سعرًا لبدء رهان.',
  suggested: 'اخترنا لك واحدة لترى كيف تعمل القسيمة. أزلها أو اختر بنفسك.',
  choose: 'اختر نتيجة لوضع رهان.',
  moved: 'كان السعر {odds} عند اختيارك.',
  accept: 'اقبل {odds}',
  acceptFirst: 'تغيّر السعر. اقبل السعر الجديد لوضع هذا الرهان.',
  standing: {
    suspended: 'المراهنة على هذا موقوفة. يمكنك وضع رهانك عند استئنافها.',
    over: 'انتهت المراهنة على هذا. اختر نتيجة أخرى.',
    gone: 'لم يعد هذا معروضًا. اختر نتيجة أخرى.',
    waiting: 'جارٍ التحقق من السعر…',
    paused: 'الأسعار متوقفة مؤقتًا. يمكنك وضع رهانك عند عودتها.',
  },
  place: 'ضع الرهان · {amount}',
  placeBare: 'ضع الرهان',
  placing: 'جارٍ الإرسال…',
  enterStake: 'أدخل مبلغًا لوضع رهان.',
  signIn: 'سجّل الدخول لوضع رهان.',
  placed: 'وُضع الرهان: {bet}. المرجع {id}.',
  bet: '{amount} على {runner} بسعر {odds}',
  nowhere: 'ضع رهاناتك في موقع المراهنات. هذه الصفحة لا تقبلها.',
  invented: '18+. للعرض فقط: الأحداث والأسعار والأموال من نسج الخيال.',

  events: 'الأحداث',
  search: 'بحث',
  sport: 'الرياضة',
  allSports: 'كل الرياضات',
  day: 'اليوم',
  anyDay: 'أي يوم',
  today: 'اليوم',
  tomorrow: 'غدًا',
  shown: {
    zero: 'لا أحداث معروضة',
    one: 'حدث واحد معروض',
    two: 'حدثان معروضان',
    few: '{n} أحداث معروضة',
    many: '{n} حدثًا معروضًا',
    other: '{n} حدث معروض',
  },
  loading: 'جارٍ التحميل…',
  paused: 'الأسعار متوقفة مؤقتًا منذ {time}. لا يمكننا تحديثها الآن، وما زلنا نحاول.',
  unreachedEvents: 'الأحداث غير متاحة الآن. لا يؤثر ذلك على رهاناتك ومكافأتك.',
  signInEvents: 'سجّل الدخول لرؤية الأحداث.',
  noEvents: 'لا توجد أحداث الآن.',
  noMatch: 'لا توجد أحداث مطابقة. جرّب بحثًا أو رياضة أو يومًا آخر.',
  narrow: 'لرؤية غيرها، ابحث أو اختر رياضة أو يومًا.',
  moreEvents: 'عرض المزيد من الأحداث',
  moreMarkets: 'المزيد من الأسواق',
  fewerMarkets: 'أسواق أقل',
  noMarkets: 'لا مراهنة على هذا بعد.',
  noMoreMarkets: 'لا توجد أسواق أخرى.',
  eventStates: { SCHEDULED: 'قادم', LIVE: 'مباشر', SUSPENDED: 'متوقف', FINISHED: 'انتهى', CANCELLED: 'أُلغي' },
  score: 'النتيجة',
  at: 'بسعر',
  marketStates: { OPEN: 'مفتوح', SUSPENDED: 'موقوف', CLOSED: 'مغلق', SETTLED: 'تمت تسويته' },
  results: { WON: 'فاز', LOST: 'خسر', VOID: 'ملغى', DEAD_HEAT: 'تعادل', WITHDRAWN: 'منسحب' },
  suspended: 'موقوف',
  closed: 'مغلق',
  offline: 'أنت غير متصل بالإنترنت. الأسعار والأرقام من الساعة {time}، وستُحدَّث عند عودة الاتصال.',
  offlineBet: 'أنت غير متصل بالإنترنت. يمكنك وضع رهانك عند عودة الاتصال.',
};

const LANGUAGES: Readonly<Record<string, SlipWords>> = { en: EN, de: DE, it: IT, ar: AR };

export function slipWords({ tag }: Pick<Locale, 'tag'>): SlipWords {
  return LANGUAGES[tag.split('-')[0] ?? ''] ?? EN;
}
