"""Documents that clients name by id: trusted documents from manifests, and automatic persisted queries."""

from gateway.documents.automatic import AutomaticDocuments, Texts
from gateway.documents.manifest import read_manifest
from gateway.documents.manifest_files import ManifestFiles
from gateway.documents.metrics import DocumentMetrics
from gateway.documents.trusted import TrustedDocument, TrustedDocuments
from gateway.documents.unknown_documents import UnknownDocuments

__all__ = [
    "AutomaticDocuments",
    "DocumentMetrics",
    "ManifestFiles",
    "Texts",
    "TrustedDocument",
    "TrustedDocuments",
    "UnknownDocuments",
    "read_manifest",
]
