"""The preview: the answer that the widget would get if a draft were published, for a customer in any state.

The answers are those of `contracts/scenarios`, which the demo recorded; the option of the draft is made by
the same code as the graph's.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from backoffice.content.revisions.document import ContentDocument, ContentKey, ContentText
from backoffice.content.workflow.publication import image_address
from backoffice.errors import Invalid, NotFound, Problem
from subgraphs.kit.graphql.money import money
from subgraphs.rewards.catalogue.rewards import RewardConfig


@dataclass(frozen=True, slots=True)
class PreviewState:
    """A state that a customer can be in.

    Attributes:
        name: The scenario's name.
        says: What it is, in a sentence.
        brand: The brand whose customer it was recorded for.
    """

    name: str
    says: str
    brand: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """What the widget gets, as JSON values of the customers' graph.

    Attributes:
        club: The `Club`, with the draft among its options.
        records: What the widget asks for on demand: `recentBets`, `pastWeeks`, `termsSummary`.
    """

    club: dict[str, Any]
    records: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """Makes previews.

    Attributes:
        answers: The recorded answers by scenario, as in `contracts/scenarios/answers.json`.
        images_url: Where the screen's browser finds uploaded images.
    """

    answers: Mapping[str, Any]
    images_url: str

    @classmethod
    def over(cls, file: Path, images_url: str) -> "Preview":
        """Return the preview over a file of recorded answers."""
        return cls(_recorded(file), images_url)

    def states(self) -> Sequence[PreviewState]:
        """Return the states to choose from: those in which the widget shows a club."""
        return [
            PreviewState(name, answer["says"], answer["brand"])
            for name, answer in self.answers.items()
            if answer["club"] is not None
        ]

    def of(
        self,
        key: ContentKey,
        document: ContentDocument,
        locale: str,
        state: str,
        config: RewardConfig | None,
        *,
        defaults: Collection[str] = (),
    ) -> Previewed:
        """Return what the widget would get if a draft were published.

        Args:
            key: What the draft belongs to.
            document: The draft.
            locale: Whose texts.
            state: The name of a scenario.
            config: The version of the reward; None if it has not arrived.
            defaults: The rewards that customers of the brand get who choose nothing.

        Raises:
            NotFound: There is no such state.
            Invalid: The draft has no text in the locale.
        """
        answer = self.answers.get(state)
        if answer is None or answer["club"] is None:
            raise NotFound(f"There is no state {state[:64]!r} to preview.")
        text = document.texts.get(locale)
        if text is None:
            raise Invalid([Problem("locale", f"the draft has no text in {locale}")])
        club: dict[str, Any] = json.loads(json.dumps(answer["club"]))
        name = f"{key.brand}:{key.reward_id}:{config.version if config else max(1, key.config_version)}"
        drafted = {"id": name, "available": True, "unavailableReason": None}
        option = self._shown(text) | drafted | _terms_of(config, locale)
        _put_into(club, key.reward_id, document.position, option, defaults)
        records = {name: answer[name] for name in ("recentBets", "pastWeeks")}
        return Previewed(club, records)

    def _shown(self, text: ContentText) -> dict[str, Any]:
        return {
            "title": text.title,
            "summary": text.summary,
            "imageUrl": image_address(text.image_url, self.images_url),
            "significantTerms": text.significant_terms,
            "termsUrl": text.terms_url,
        }


def _put_into(
    club: dict[str, Any],
    reward_id: str,
    position: int,
    option: Mapping[str, Any],
    defaults: Collection[str],
) -> None:
    """Put the draft among a club's options, and into the choice if that is of the same reward.

    Only a default reward of the brand is the choice of a customer who chose nothing. The recorded default
    makes room for it if the scenario is another brand's.
    """
    options = club.get("options") or []
    if not options:
        return  # an ineligible customer is offered nothing
    choice = club.get("choice")
    rewards = [_reward(option) for option in options]
    index = rewards.index(reward_id) if reward_id in rewards else None
    if index is None and choice and choice["isDefault"] and reward_id in defaults:
        index = rewards.index(_reward(choice["option"]))
    if index is None:
        index = min(position, len(options) - 1)
        options.insert(index, options[index])
    options[index] = options[index] | option
    if choice:
        _choose(choice, options, options[index], defaults)


def _choose(
    choice: dict[str, Any],
    options: Sequence[Mapping[str, Any]],
    draft: Mapping[str, Any],
    defaults: Collection[str],
) -> None:
    """Let a choice be of an option as it is shown; one by default is of a default reward of the brand."""
    is_draft = _reward(choice["option"]) == _reward(draft)
    chosen = draft if is_draft else None
    if choice["isDefault"]:
        among = [option for option in (draft, *options) if _reward(option) in defaults]
        chosen = next(iter(among), chosen)
        choice["isDefault"] = bool(among) or not is_draft
    if chosen is not None:
        choice["option"] = choice["option"] | {name: chosen[name] for name in ("id", "title")}


def _reward(option: Mapping[str, Any]) -> str:
    return str(option["id"]).split(":")[1]


def _terms_of(config: RewardConfig | None, locale: str) -> dict[str, Any]:
    """Return what an option shows of a version's terms."""
    if config is None:
        return {}
    value = None
    if config.value_minor is not None:
        amount = money(config.value_minor, config.currency, locale)
        value = {"minor": amount.minor, "currency": amount.currency, "display": amount.display}
    return {
        "kind": config.kind.name,
        "product": config.product.name,
        "value": value,
        "spins": config.spins,
        "expiresInDays": config.expiry_days,
    }


@cache
def _recorded(file: Path) -> Mapping[str, Any]:
    answers: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return answers
