// A certified OpenID provider for tests of sign-in. Its first line on stdout is its issuer; it stops when
// stdin closes. The redirect URIs of its client are the arguments. Anybody signs in as whom they name: the
// part of the login before "." is the group, and every e-mail is verified.
import { argv, stdin, stdout } from 'node:process';
import http from 'node:http';

import Provider from 'oidc-provider';

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'backoffice',
        client_secret: 'a secret of the client',
        redirect_uris: argv.slice(2),
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['a key of the provider'] },
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
