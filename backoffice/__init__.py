"""The back office: content, rules, support, risk, operations and people, in a graph of their own."""
