"""Passes on to uv what the user has configured for pip, which uv does not read."""

import ast
from collections.abc import Mapping
from typing import Final

COMMANDS: Final = frozenset({"global", "install", "site", "user", ":env:"})
NAMES: Final = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "proxy": ("ALL_PROXY", " "),
    "no-index": ("UV_NO_INDEX", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
}
"""By pip's name: uv's variable, and what stands between several values."""


def uv_environment(configuration: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return uv's variables for what `pip config list` prints; the user's own variables of uv win.

    Pip looks in all indexes for the best version. So does uv then: the hashes decide what is accepted.
    """
    variables = {"UV_SYSTEM_CERTS": "true", "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_NO_CONFIG": "true"}
    # Variables of the environment come last in pip's list only by chance.
    lines = sorted(configuration.splitlines(), key=lambda line: line.startswith(":env:"))
    for line in lines:
        key, equals, value = line.partition("=")
        scope, _, name = key.rpartition(".")
        if not equals or scope not in COMMANDS or name not in NAMES:
            continue
        variable, between = NAMES[name]
        variables[variable] = between.join(str(ast.literal_eval(value)).split())
    return {name: value for name, value in variables.items() if name not in environment}
