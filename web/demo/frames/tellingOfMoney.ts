/** Tells the page around the frame of a customer's money: that a bet took some, or that there was not enough for one. */
import type { Ask } from '@furlong/client';
import type { FrameMessage } from '@furlong/frame/src/messages';

import { PlaceBet, type PlaceBetMutation } from '../generated/operations';

type Tell = (message: FrameMessage) => void;

/** Returns an `Ask` that tells what became of bets, and answers as before. */
export function tellingOfMoney(ask: Ask, tell: Tell): Ask {
  return async (operation, variables, options) => {
    const answer = await ask(operation, variables, options);
    if (operation.name === PlaceBet.name && answer.data !== null) tellOfBet(answer.data as PlaceBetMutation, tell);
    return answer;
  };
}

function tellOfBet({ placeBet: { bet, errors } }: PlaceBetMutation, tell: Tell): void {
  if (errors.some(({ code }) => code === 'INSUFFICIENT_FUNDS')) tell({ type: 'furlong:deposit-needed' });
  else if (bet !== null) tell({ type: 'furlong:money-moved' });
}
