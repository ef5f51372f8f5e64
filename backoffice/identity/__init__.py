"""Who people are: accounts, passwords, second factors, sessions, sign-in by OpenID Connect."""
