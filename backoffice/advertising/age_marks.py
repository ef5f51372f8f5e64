"""The age mark that advertising must bear, by jurisdiction."""

from typing import Final

AGE_MARKS: Final = {"GB": "18+", "IE": "18+", "MT": "18+", "IT": "18+", "ES": "18+", "PT": "18+", "SE": "18+"}
AGE_MARK_SOURCE: Final = "CAP Code 16.3 and the Industry Code for Socially Responsible Advertising (GB)"
