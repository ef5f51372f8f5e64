/** The rewards club for a page: its state, and React components over the client of `@furlong/client`. */
export {
  currencySign,
  formatMinor,
  formatShort,
  formatTyped,
  minorDigits,
  readAmount,
  type ReadAmount,
} from './locale/amounts';
export { localeFor, LocaleProvider, LOCALES, useLocale, type Locale } from './locale/locale';
export { whyCounted } from './records/contribution';
export { shortReference } from './records/reference';
export { useOffline, whenBackOnline } from './state/online';
export { useOnDemand } from './state/useOnDemand';
export { usePreview } from './state/usePreview';
export { useTracker, type TrackerControls } from './state/useTracker';
export { UNREACHED, type Tracker } from './state/state';
export { TrackerCard, type TrackerCardProps } from './tracker/TrackerCard';
export { TrackerStrip } from './tracker/TrackerStrip';
export { shownStake } from './tracker/standing';
export type { ClubStatus, Slip, Theme } from './widget/status';
export { Widget, type WidgetProps } from './widget/Widget';
