"""Writes the code that reads a field's value."""

from keyword import iskeyword
from typing import Any

from jit.compile.reading.arguments import ConstantArguments, FieldArguments, VariableArguments
from jit.compile.reading.field_reader import Attribute, DirectCall, FieldReader, Property, Resolver
from jit.compile.source import Lines, Source, checked
from jit.runtime.execution import Execution
from jit.runtime.field_slot import FieldSlot


def read(source: Source, reader: FieldReader, slot: str, key: str) -> Lines:
    """Write statements that set `value`, from the parent's `source` and `path`."""
    match reader:
        case Property():
            return _read_property(source, reader)
        case Attribute(name):
            return [f"value = {attribute(name)}"]
        case Resolver():
            return _call_resolver(source, reader, slot, key)
        case DirectCall():
            return _call_direct(source, reader, slot, key)
    raise AssertionError(reader)


def attribute(name: str) -> str:
    """Write an expression for an attribute of the source."""
    return f'getattr(source, "{checked(name)}")' if iskeyword(name) else f"source.{checked(name)}"


def has_arguments(arguments: FieldArguments) -> bool:
    """Tell whether the field may have arguments."""
    return isinstance(arguments, VariableArguments) or bool(arguments.values)


def call_if_callable(
    execution: Execution, slot: FieldSlot, value: Any, here: Any, arguments: dict[str, Any]
) -> Any:
    """Write the end of the default resolver: a callable value is called."""
    return value(execution.info(slot, here[0], here[1]), **arguments) if callable(value) else value


def _read_property(source: Source, reader: Property) -> Lines:
    lines = [f"arguments = {_arguments(source, reader.arguments)}"] if has_arguments(reader.arguments) else []
    return [
        *lines,
        "if mapped:",
        f'    value = source.get("{checked(reader.name)}")',
        "else:",
        "    try:",
        f"        value = {attribute(reader.name)}",
        "    except AttributeError:",
        "        value = None",
    ]


def _call_resolver(source: Source, reader: Resolver, slot: str, key: str) -> Lines:
    resolver = "(execution.settings.field_resolver or default_field_resolver)"
    if reader.resolve is not None:
        resolver = source.constant("resolve", reader.resolve)
    if reader.through_middleware:
        resolver = f"execution.settings.middleware.get_field_resolver({resolver})"
    given = ["source", f'execution.info({slot}, path, "{key}")']
    return _call(source, resolver, given, reader.arguments)


def _call_direct(source: Source, reader: DirectCall, slot: str, key: str) -> Lines:
    function = source.constant("resolve", reader.function)
    given = ["source"] if reader.with_source else []
    given += [f"{checked(name)}=source" for name in reader.source_names]
    given += [f"{checked(name)}=info" for name in reader.info_names]
    made = reader.write_info(source, source.names[slot], key) if reader.info_names else []
    return [*made, *_call(source, function, given, reader.arguments)]


def _call(source: Source, function: str, given: list[str], arguments: FieldArguments) -> Lines:
    """Write a call with the given arguments and the field's own."""
    if not has_arguments(arguments):
        return [f"value = {function}({', '.join(given)})"]
    general = f"value = {function}({', '.join([*given, f'**{_arguments(source, arguments)}'])})"
    inline = arguments.inline if isinstance(arguments, VariableArguments) else None
    taken = {each.partition("=")[0] for each in given}
    if inline is None or not taken.isdisjoint(inline.arguments):
        return [general]
    tests = [
        f'(a_{checked(name)} := variables.get("{checked(variable)}")) is not None'
        for name, variable in inline.variables.items()
    ]
    keywords = [
        f"{name}=" + (f"a_{name}" if name in inline.variables else source.constant("argument", value))
        for name, value in inline.arguments.items()
    ]
    return [
        "variables = execution.variables.coerced",
        f"if {' and '.join(tests)}:",
        f"    value = {function}({', '.join(given + keywords)})",
        "else:",
        f"    {general}",
    ]


def _arguments(source: Source, arguments: FieldArguments) -> str:
    if isinstance(arguments, ConstantArguments):
        return source.constant("arguments", arguments.values)
    return f"{source.constant('arguments', arguments.values)}(execution)"
