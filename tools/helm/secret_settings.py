"""Write the chart's list of settings that are secrets by their types; `make compose` calls it."""

from pathlib import Path
from typing import Final

from furlong.settings import secret_variables

FILE: Final = (
    Path(__file__).resolve().parents[2] / "deploy" / "helm" / "furlong" / "templates" / "_secrets.tpl"
)


def template() -> str:
    """Return the template that lists them."""
    names = "\n".join(sorted(secret_variables()))
    return (
        "{{/* The settings that are secrets by their types: `make compose` writes this file. */}}\n"
        f'{{{{- define "furlong.secretSettings" -}}}}\n{names}\n{{{{- end -}}}}\n'
    )


if __name__ == "__main__":
    FILE.write_text(template(), encoding="utf-8")
