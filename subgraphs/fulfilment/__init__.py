"""The fulfilment subgraph: pays confirmed weeks' rewards, at most one credit per customer and week."""
