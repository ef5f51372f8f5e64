"""Documents that clients name by id: resolving the ids, and following changes of the manifests."""

from gateway.pipeline.documents.resolution import DocumentResolver, ResolvedRequest

__all__ = ["DocumentResolver", "ResolvedRequest"]
