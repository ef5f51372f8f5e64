"""From Kafka into the subgraphs' databases: `stream/`, `messages/`, `feeds/`, and one app per subgraph.

Each app has `wiring.py` (its topics), `reducers.py` (messages into tables) and, if it reads message types of
its own, `messages.py`.
"""
