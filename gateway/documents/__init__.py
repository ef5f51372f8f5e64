"""Trusted documents: the manifests of clients' builds, the set in force, and how it changes while serving."""

from gateway.documents.manifest import read_manifest
from gateway.documents.manifest_files import ManifestFiles
from gateway.documents.metrics import DocumentMetrics
from gateway.documents.trusted import TrustedDocument, TrustedDocuments
from gateway.documents.unknown_documents import UnknownDocuments

__all__ = [
    "DocumentMetrics",
    "ManifestFiles",
    "TrustedDocument",
    "TrustedDocuments",
    "UnknownDocuments",
    "read_manifest",
]
