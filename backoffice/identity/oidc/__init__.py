"""Sign-in by OpenID Connect: code flow with PKCE, nonce and state; roles by a claim; back-channel logout.

`settings` says which provider, `provider` talks to it, `sign_in` turns its claims into a session.
"""
