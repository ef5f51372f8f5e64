"""The features of a world: each enables one class of constructs, so that classes can be tested one by one."""

from __future__ import annotations

from dataclasses import dataclass, fields

from hypothesis import strategies as st


@dataclass(frozen=True, slots=True)
class Features:
    """What may be in a world; without any there are entities by `id`, plain fields and root fields.

    Attributes:
        key_chains: Keys differ by subgraph, so that it takes several moves from one to another.
        several_keys: One subgraph has more than one key of an entity.
        null_keys: A second key beside the first, wherever the entity is, that is null now and then: plain,
            nested or of several fields.
        alternate_keys: Two keys of which each entity has only one.
        external_keys: Key fields that are external, or were moved elsewhere, and name the entity only.
        composite_keys: Keys of two fields.
        nested_keys: Keys through value types, lists of them, and other entities.
        stubs: References whose key is not resolvable there.
        extensions: `extend type` with `@external` keys, as in Federation 1.
        values: Value types that several subgraphs share.
        split_values: Shareable fields whose subgraphs know different fields below.
        lists: Lists, and lists of lists.
        nulls: Nullable fields that are null now and then.
        scalars: A custom scalar, floats, booleans, ids as data.
        enums: Enums, one of them differing by subgraph.
        arguments: Arguments with and without defaults.
        inputs: Input objects, which differ by subgraph.
        shareable: Fields that several subgraphs resolve.
        shareable_roots: The same for root fields.
        interfaces: Interfaces whose members are spread over the subgraphs.
        unions: Unions, the same.
        interface_objects: Keys on an interface, and `@interfaceObject`.
        object_interfaces: Interfaces that an interface object implements.
        lonely_interfaces: Interfaces that are an object somewhere and that nobody implements.
        covariance: Fields of an interface whose members return narrower types, or take more arguments.
        member_gaps: Values of shareable fields whose type one of the subgraphs does not know.
        requires: Fields that are computed from fields of other subgraphs.
        nested_requires: Required selections with selections of their own.
        argument_requires: Required fields with arguments.
        provides: Fields that a subgraph can resolve on some paths only.
        nested_provides: The same, deeper.
        overrides: Fields that moved, also from a subgraph that is not there.
        labelled_overrides: Fields that are moving, with a share of 0 or 100 percent.
        inaccessible: Fields that clients do not see.
        tags: `@tag`.
        mutations: Mutations, whose payload leads back to `Query`.
        contexts: Arguments that are set from an object further up.
        directives: Executable directives, of all subgraphs or of one.
    """

    key_chains: bool = False
    several_keys: bool = False
    null_keys: bool = False
    alternate_keys: bool = False
    external_keys: bool = False
    composite_keys: bool = False
    nested_keys: bool = False
    stubs: bool = False
    extensions: bool = False
    values: bool = False
    split_values: bool = False
    lists: bool = False
    nulls: bool = False
    scalars: bool = False
    enums: bool = False
    arguments: bool = False
    inputs: bool = False
    shareable: bool = False
    shareable_roots: bool = False
    interfaces: bool = False
    unions: bool = False
    interface_objects: bool = False
    object_interfaces: bool = False
    lonely_interfaces: bool = False
    covariance: bool = False
    member_gaps: bool = False
    requires: bool = False
    nested_requires: bool = False
    argument_requires: bool = False
    provides: bool = False
    nested_provides: bool = False
    overrides: bool = False
    labelled_overrides: bool = False
    inaccessible: bool = False
    tags: bool = False
    mutations: bool = False
    contexts: bool = False
    directives: bool = False


NAMES = tuple(field.name for field in fields(Features))


def some_features(
    allowed: frozenset[str] = frozenset(NAMES), always: frozenset[str] = frozenset()
) -> st.SearchStrategy[Features]:
    """Any set of the allowed features, with those that are always there.

    Worlds with few features find what worlds with all of them hide, and the other way round.
    """
    chosen = [name for name in NAMES if name in allowed | always]
    return st.fixed_dictionaries(
        {name: st.just(True) if name in always else st.booleans() for name in chosen}
    ).map(lambda switches: Features(**switches))
