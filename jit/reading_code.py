"""Writes how the value of a field is read."""

from keyword import iskeyword
from typing import Any

from jit.arguments import Constant, Varying
from jit.place import Place
from jit.reading import Attribute, Direct, Property, Reading, Resolver
from jit.run import Run
from jit.source import Lines, Source, checked


def read(source: Source, reading: Reading, place: str, key: str) -> Lines:
    """Statements that set `value`; `source` and `steps` are the parent's there."""
    match reading:
        case Property():
            return _read_property(source, reading)
        case Attribute(name):
            return [f"value = {attribute(name)}"]
        case Resolver():
            return _call_resolver(source, reading, place, key)
        case Direct():
            return _call_direct(source, reading, place, key)
    raise AssertionError(reading)


def attribute(name: str) -> str:
    """An expression for the attribute of the source."""
    return f'getattr(source, "{checked(name)}")' if iskeyword(name) else f"source.{checked(name)}"


def has_any(arguments: Constant | Varying) -> bool:
    """Whether there may be arguments."""
    return isinstance(arguments, Varying) or bool(arguments.values)


def called(run: Run, place: Place, value: Any, here: Any, arguments: dict[str, Any]) -> Any:
    """What the default resolver makes of a value: a callable is called."""
    return value(run.info(place, here[0], here[1]), **arguments) if callable(value) else value


def _read_property(source: Source, reading: Property) -> Lines:
    lines = [f"arguments = {_arguments(source, reading.arguments)}"] if has_any(reading.arguments) else []
    return [
        *lines,
        "if mapped:",
        f'    value = source.get("{checked(reading.name)}")',
        "else:",
        "    try:",
        f"        value = {attribute(reading.name)}",
        "    except AttributeError:",
        "        value = None",
    ]


def _call_resolver(source: Source, reading: Resolver, place: str, key: str) -> Lines:
    resolver = "(run.settings.field_resolver or default_field_resolver)"
    if reading.resolve is not None:
        resolver = source.constant("resolve", reading.resolve)
    if reading.through_middleware:
        resolver = f"run.settings.middleware.get_field_resolver({resolver})"
    given = ["source", f'run.info({place}, steps, "{key}")']
    return _call(source, resolver, given, reading.arguments)


def _call_direct(source: Source, reading: Direct, place: str, key: str) -> Lines:
    function = source.constant("resolve", reading.function)
    given = ["source"] if reading.with_source else []
    given += [f"{checked(name)}=source" for name in reading.source_names]
    given += [f"{checked(name)}=info" for name in reading.info_names]
    made = reading.write_info(source, source.names[place], key) if reading.info_names else []
    return [*made, *_call(source, function, given, reading.arguments)]


def _call(source: Source, function: str, given: list[str], arguments: Constant | Varying) -> Lines:
    """Calls a function with what is given, and the arguments."""
    if not has_any(arguments):
        return [f"value = {function}({', '.join(given)})"]
    general = f"value = {function}({', '.join([*given, f'**{_arguments(source, arguments)}'])})"
    usual = arguments.usual if isinstance(arguments, Varying) else None
    taken = {each.partition("=")[0] for each in given}
    if usual is None or not taken.isdisjoint(usual.arguments):
        return [general]
    tests = [
        f'(a_{checked(name)} := variables.get("{checked(variable)}")) is not None'
        for name, variable in usual.variables.items()
    ]
    keywords = [
        f"{name}=" + (f"a_{name}" if name in usual.variables else source.constant("argument", value))
        for name, value in usual.arguments.items()
    ]
    return [
        "variables = run.variables.coerced",
        f"if {' and '.join(tests)}:",
        f"    value = {function}({', '.join(given + keywords)})",
        "else:",
        f"    {general}",
    ]


def _arguments(source: Source, arguments: Constant | Varying) -> str:
    if isinstance(arguments, Constant):
        return source.constant("arguments", arguments.values)
    return f"{source.constant('arguments', arguments.values)}(run)"
