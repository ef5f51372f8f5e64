"""Documents that clients name by ids, in the pipeline: finding them, and keeping up with the manifests."""

from gateway.pipeline.documents.resolution import DocumentResolver, ResolvedRequest

__all__ = ["DocumentResolver", "ResolvedRequest"]
