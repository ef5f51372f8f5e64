"""Which processors there are, and by which methods customers pay: a YAML file, checked as a whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from iso4217 import Currency
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from subgraphs.kit.domain.bounds import MAX_AMOUNT
from subgraphs.kit.named_secrets import NamedSecrets
from subgraphs.wallet.payments.payment import Direction

_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
_Minor = Annotated[int, Field(ge=0, le=MAX_AMOUNT)]
PERMILLE: Final = 1000


class PaymentsError(ValueError):
    """The file of payments cannot be used; the message says why, without any value of it."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ProcessorConfig(_Part):
    """A processor or bank.

    Attributes:
        name: Stored with each payment; never give it to another one.
        adapter: How it is spoken to.
        options: What the adapter needs; secrets are named here, and are files of the folder of secrets.
        enabled: If false, no payment begins at it; what has begun goes on.
    """

    name: _Name
    adapter: Literal["stripe", "bank"]
    options: dict[str, Any] = {}
    enabled: bool = True


class Amounts(_Part):
    """What a method takes in a currency, in minor units.

    Attributes:
        fee: What the house keeps of each payment.
        fee_permille: What it keeps beside that, in thousandths of the amount, rounded down.
    """

    minimum: _Minor = 1
    maximum: _Minor = MAX_AMOUNT
    fee: _Minor = 0
    fee_permille: int = Field(default=0, ge=0, le=PERMILLE)

    @model_validator(mode="after")
    def _leaves_something(self) -> Self:
        if not 1 <= self.minimum <= self.maximum:
            raise ValueError("minimum must be 1 or more, and not above maximum")
        if self.fee_of(self.minimum) >= self.minimum:
            raise ValueError("the fee leaves nothing of the minimum")
        return self

    def fee_of(self, amount: int) -> int:
        """Return the fee of an amount, which is a part of it."""
        return self.fee + amount * self.fee_permille // PERMILLE


class Route(_Part):
    """A processor that a method may use.

    Attributes:
        countries: Where it may; everywhere if empty.
        maximum: Up to which amount, in minor units.
    """

    processor: _Name
    countries: tuple[str, ...] = ()
    maximum: _Minor = MAX_AMOUNT


class MethodConfig(_Part):
    """A way to pay.

    Attributes:
        names: What customers read, by language; the first one where theirs is missing.
        direction: Which way the money goes.
        to: Where a withdrawal goes: back to what the customer has paid with, or to a bank account.
        brands: For which; all if empty.
        countries: Where, as accounts' jurisdictions name them; everywhere if empty.
        amounts: By currency: others are not offered.
        routes: The processors in the order in which they are asked; of a withdrawal to the source none, as
            each charge goes back where it came from.
        days: How many working days it takes until the money is there; 0 means at once.
    """

    id: _Name
    names: dict[str, Annotated[str, Field(min_length=1, max_length=80)]] = Field(min_length=1)
    direction: Direction
    to: Literal["source", "account"] = "account"
    brands: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    amounts: dict[str, Amounts] = Field(min_length=1)
    routes: tuple[Route, ...] = ()
    days: int = Field(default=0, ge=0, le=30)

    @field_validator("amounts")
    @classmethod
    def _currencies_exist(cls, amounts: dict[str, Amounts]) -> dict[str, Amounts]:
        for code in amounts:
            Currency(code)
        return amounts

    @model_validator(mode="after")
    def _has_routes(self) -> Self:
        if not self.routes and not self.is_to_source:
            raise ValueError("routes: name at least one processor")
        return self

    @property
    def is_to_source(self) -> bool:
        """Tell whether money goes back to what the customer has paid with."""
        return self.direction is Direction.WITHDRAWAL and self.to == "source"

    def name_in(self, language: str) -> str:
        """Return what customers of a language read."""
        return (
            self.names.get(language)
            or self.names.get(language.split("-", maxsplit=1)[0])
            or next(iter(self.names.values()))
        )

    def serves(self, brand: str, country: str, currency: str) -> bool:
        """Tell whether customers of a brand and country with an account in a currency may use it."""
        is_here = brand in (self.brands or (brand,)) and country in (self.countries or (country,))
        return is_here and currency in self.amounts


class ReviewRules(_Part):
    """Which withdrawals a person has to look at, by currency.

    Attributes:
        above: Those above this amount, in minor units; a currency that is missing means all. What a customer
            withdraws within 24 hours counts as one sum, and so does what goes to one bank account.
        new_account: Those to a bank account that the customer never used.
    """

    above: dict[str, _Minor] = {}
    new_account: bool = True


class PaymentsFile(_Part):
    """All of it."""

    processors: tuple[ProcessorConfig, ...]
    methods: tuple[MethodConfig, ...]
    review: ReviewRules = ReviewRules()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [processor.name for processor in self.processors]
        for what, ids in (("processors", names), ("methods", [method.id for method in self.methods])):
            if len(set(ids)) < len(ids):
                raise ValueError(f"two {what} have the same name")
        for method in self.methods:
            for route in method.routes:
                if route.processor not in names:
                    raise ValueError(f"{method.id}: there is no processor {route.processor!r}")
        return self

    def method(self, method_id: str) -> MethodConfig | None:
        """Return a method by its id; None if there is none."""
        return next((method for method in self.methods if method.id == method_id), None)

    def least_back(self, brand: str, currency: str) -> int | None:
        """Return the least that a brand's customers can send back to its source; None if nothing can go."""
        ways = (method for method in self.methods if method.is_to_source and currency in method.amounts)
        return min(
            (way.amounts[currency].minimum for way in ways if brand in (way.brands or (brand,))), default=None
        )

    def offered(
        self, direction: Direction, brand: str, country: str, currency: str
    ) -> Iterator[MethodConfig]:
        """Yield the methods that a customer may use, in the order of the file."""
        for method in self.methods:
            if method.direction is direction and method.serves(brand, country, currency):
                yield method


NOTHING: Final = PaymentsFile(processors=(), methods=())


class PaymentsSettings(BaseSettings):
    """Where payments are configured; without a file there are none, and nothing of them is imported."""

    model_config = SettingsConfigDict(
        env_prefix="FURLONG_PAYMENTS_", env_ignore_empty=True, hide_input_in_errors=True
    )

    file: Path | None = Field(
        default=None, description="A YAML file with processors and methods; see docs/payments.md"
    )
    secrets: dict[str, SecretStr] = Field(
        default_factory=dict, description='The processors\' secrets by name, as JSON: {"stripe-key":"…"}'
    )
    secret_folder: Path | None = Field(
        default=None,
        description="A folder with a file for each secret of a processor that FURLONG_PAYMENTS_SECRETS does "
        "not have; the file's name is the secret's. A replaced file is read again within seconds",
    )
    back_url: str = Field(
        default="http://127.0.0.1:8000/",
        pattern=r"^https?://[^\s]+$",
        max_length=2000,
        description="Where a processor's page sends customers back to; {brand} stands for the brand",
    )

    @property
    def named(self) -> NamedSecrets:
        """Return the secrets of this node."""
        return NamedSecrets("FURLONG_PAYMENTS_SECRETS", self.secrets, self.secret_folder)

    def read(self) -> PaymentsFile:
        """Return what the file says; nothing without a file.

        Raises:
            PaymentsError: It cannot be read or used.
        """
        if self.file is None:
            return NOTHING
        import yaml  # noqa: PLC0415 - only if there is a file

        try:
            return PaymentsFile.model_validate(yaml.safe_load(self.file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise PaymentsError(f"FURLONG_PAYMENTS_FILE: {self.file}: {type(error).__name__}") from error
        except ValidationError as error:
            faults = error.errors(include_input=False)
            words = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
            raise PaymentsError(f"FURLONG_PAYMENTS_FILE: {self.file}: {words}") from None
