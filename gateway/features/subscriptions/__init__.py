"""Subscriptions: sources at subgraphs, whose events become responses; limited, shared and guarded."""
