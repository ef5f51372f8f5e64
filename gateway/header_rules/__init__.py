"""Header rules: which headers go from clients to each subgraph, and from subgraphs to clients."""

from gateway.header_rules.compiled import ClientHeaders, CompiledRules, KnownValues, compile_rules
from gateway.header_rules.model import HeaderRules
from gateway.header_rules.responses import ReplyHeaders, collect, strictest

__all__ = [
    "ClientHeaders",
    "CompiledRules",
    "HeaderRules",
    "KnownValues",
    "ReplyHeaders",
    "collect",
    "compile_rules",
    "strictest",
]
