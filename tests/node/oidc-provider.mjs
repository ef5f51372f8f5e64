// A certified OpenID provider for tests of sign-in. Its first line on stdout is its issuer; then it writes a
// line for each logout token that it would send. It stops when stdin closes. Its arguments are the redirect
// URI of its client, and where that client is told of logouts. Anybody signs in as whom they name: the part
// of the login before "." is the group, and every e-mail is verified.
import { argv, stdin, stdout } from 'node:process';
import http from 'node:http';

import Provider from 'oidc-provider';

console.info = console.error; // the provider's notices

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'backoffice',
        client_secret: 'a secret of the client',
        redirect_uris: [argv[2]],
        backchannel_logout_uri: argv[3],
        backchannel_logout_session_required: true,
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
    cookies: { keys: ['a key of the provider'] },
    fetch: async (_url, { body }) => {
      stdout.write(`${body.get('logout_token')}\n`);
      return new Response();
    },
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `Person ${id}`,
        email: `${id}@example.com`,
        email_verified: true,
        groups: [id.split('.')[0]],
      }),
    }),
  });
  server.on('request', provider.callback());
  stdout.write(`${issuer}\n`);
});
stdin.on('end', () => process.exit(0)).resume();
