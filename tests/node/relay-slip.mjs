// Plays the bet-slip by Relay: `node relay-slip.mjs INPUT`, in a folder with relay.mjs and what Relay's compiler wrote.
// INPUT is that of optIn, as JSON. Prints what each step returns, one JSON object a line.
import { createRequire } from 'node:module';
import { argv, cwd, exit } from 'node:process';

import relay from 'relay-runtime';

const { show, variables } = await import(`${cwd()}/club.mjs`);
const { environment } = await import(`${cwd()}/relay.mjs`);
const { commitMutation, fetchQuery, requestSubscription } = relay;
const compiled = (name) => createRequire(import.meta.url)(`${cwd()}/src/__generated__/${name}.graphql.js`);
const titles = () => Object.values(environment.getStore().getSource().toJSON()).flatMap(({ title }) => title ?? []);

await new Promise((complete, error) => {
  const next = ({ club }) => show('part', { state: club.state, titles: titles() });
  fetchQuery(environment, compiled('slipQuery'), variables).subscribe({ next, complete, error });
});
show('whole', { titles: titles() });
await new Promise((resolve, onError) => {
  const subscription = compiled('slipLiveSubscription');
  const mutation = compiled('slipJoinMutation');
  const onNext = ({ clubUpdated }) => {
    show('update', clubUpdated.club.state);
    if (clubUpdated.club.state === 'TRACKING') resolve();
  };
  requestSubscription(environment, { subscription, variables, onNext, onError });
  const onCompleted = ({ optIn }) => show('mutation', optIn);
  commitMutation(environment, { mutation, variables: { input: JSON.parse(argv[2]) }, onCompleted, onError });
});
exit(0);
