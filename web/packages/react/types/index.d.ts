/** The rewards club as a React component: `<furlong-club>` with properties and callbacks. */
import type { CSSProperties, ForwardRefExoticComponent, RefAttributes } from 'react';

import type { ClubStatus, FurlongClubElement, GetToken, Slip, Theme } from '@furlong/element';

export type { ClubStatus, FurlongClubElement, GetToken, Slip, SlipLeg, Theme, TokenReason } from '@furlong/element';

export interface FurlongClubProps {
  readonly brand: string;
  /** The graph's URL, such as `https://club.example/graphql`. */
  readonly endpoint: string;
  readonly getToken: GetToken;
  readonly locale?: string;
  readonly theme?: Theme;
  readonly slip?: Slip | null;
  /** With `off`, the club polls and opens no WebSocket. */
  readonly live?: 'on' | 'off';
  readonly onState?: (status: ClubStatus) => void;
  readonly className?: string;
  readonly style?: CSSProperties;
}

/** The ref is the element: `ref.current?.betPlaced()`. On a server it renders an empty element with reserved space. */
export declare const FurlongClub: ForwardRefExoticComponent<FurlongClubProps & RefAttributes<FurlongClubElement>>;
