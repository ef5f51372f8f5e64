/** Defines `<furlong-club>`, once a page. */
import { FurlongClubElement } from './FurlongClubElement';

if (customElements.get('furlong-club') === undefined) customElements.define('furlong-club', FurlongClubElement);

export { FurlongClubElement };
