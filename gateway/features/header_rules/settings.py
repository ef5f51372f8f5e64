"""Settings: header rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import NoDecode

from gateway.settings.feature_settings import FeatureSettings


def _read(given: object) -> object:
    """Read rules from JSON, or from a file of YAML or JSON; what they are made of is imported only then."""
    if given is None:
        return None
    import yaml  # noqa: PLC0415 - see above

    from gateway.features.header_rules.model import HeaderRules  # noqa: PLC0415 - see above

    try:
        if isinstance(given, str):
            text = given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8")
            given = yaml.safe_load(text)  # JSON is YAML
        return HeaderRules.model_validate(given)
    except OSError as error:
        raise ValueError(f"{given}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError("neither YAML nor JSON") from error
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors())
        raise ValueError("; ".join(wrong)) from error


class HeaderRuleSettings(FeatureSettings, prefix="FURLONG_GATEWAY__HEADER_RULES__"):
    """Which headers each subgraph gets."""

    former: ClassVar[Mapping[str, str]] = {"rules": "header_rules"}
    reloaded: ClassVar[frozenset[str]] = frozenset({"rules"})

    rules: Annotated[Any, NoDecode, BeforeValidator(_read)] = Field(
        default=None,
        description="Rules for headers to subgraphs, as JSON or as the path of a YAML or JSON file; see "
        "docs/gateway/headers.md. Without them, subgraphs get FURLONG_GATEWAY_FORWARDED_HEADERS.",
    )

    @property
    def is_on(self) -> bool:
        """Whether there are rules."""
        return self.rules is not None
