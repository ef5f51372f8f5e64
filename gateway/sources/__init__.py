"""Where supergraphs come from: a file or a URL, read again and again for what has changed."""

from gateway.sources.file import FileSource
from gateway.sources.settings import ReloadSettings
from gateway.sources.source import Source, SourceError
from gateway.sources.url import UrlSource

__all__ = ["FileSource", "ReloadSettings", "Source", "SourceError", "UrlSource"]
