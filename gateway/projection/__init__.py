"""Projects the tree of data to the client's response."""

from gateway.projection.introspection import introspect, introspection_document
from gateway.projection.project import project

__all__ = ["introspect", "introspection_document", "project"]
