"""Values and trees back as FEEL text."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal

from engine.feel import tree
from engine.feel.far import FarDate, FarDateTime, FineTime, LongDuration
from engine.feel.iso import write_moment
from engine.feel.tree import Node
from engine.feel.types import ANY, ContextType, FunctionType, ListType, RangeType, Simple, Type, plain
from engine.feel.values import Function, Interval, Value, YearMonth, from_python

_NAME = re.compile(r"[^\W\d]\w*( \w+)*")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def literal(value: object, *, quoted_keys: bool = True) -> str:
    """A Python value as FEEL text: compiled and evaluated, the text gives the value again. The keys of contexts are
    written as strings, or without `quoted_keys` as names where they are names.

    What is no FEEL value is written `null`, as it would be read.
    """
    return _literal(from_python(value), quoted_keys=quoted_keys)


def number_text(value: Decimal) -> str:
    """A number without an exponent and without needless zeros."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _literal(value: Value, *, quoted_keys: bool = True) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number_text(value)
        case str():
            return f'"{value.translate(_ESCAPES)}"'
        case date() | time() | timedelta() | YearMonth() | FarDate() | FineTime() | FarDateTime() | LongDuration():
            return f'@"{write_moment(value)}"'
        case Interval():
            return _interval(value)
        case Function():
            return "null"
        case list():
            return f"[{', '.join(_literal(member, quoted_keys=quoted_keys) for member in value)}]"
        case dict():
            keys = [_literal(key) if quoted_keys or not _NAME.fullmatch(key) else key for key in value]
            members = [_literal(member, quoted_keys=quoted_keys) for member in value.values()]
            return f"{{{', '.join(f'{key}: {member}' for key, member in zip(keys, members, strict=True))}}}"


def _interval(value: Interval) -> str:
    """A range that is open to infinity has no literal of its own; its missing end is written null."""
    opening, closing = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
    return f"{opening}{_literal(value.low)}..{_literal(value.high)}{closing}"


def source(node: Node) -> str:
    """A tree as FEEL text, which compiles to the same tree. What JUEL reads as plain true or false is written
    `... = true`.
    """
    match node:
        case tree.Arithmetic() | tree.Compare():
            return f"{_operand(node.left)} {node.operator} {_operand(node.right)}"
        case tree.And(parts=parts):
            return " and ".join(_operand(part) for part in parts)
        case tree.Or(parts=parts):
            return " or ".join(_operand(part) for part in parts)
        case tree.Negate(operand=operand):
            return f"-{_operand(operand)}"
        case tree.Truth(operand=operand):
            return f"{_operand(operand)} = true"
        case tree.Between():
            return f"{_operand(node.value)} between {_operand(node.low)} and {_operand(node.high)}"
        case tree.In(value=value, tests=tests):
            inner = ", ".join(_operand(test) for test in tests)
            single = len(tests) == 1 and not isinstance(tests[0], tree.UnaryTest)
            return f"{_operand(value)} in {inner}" if single else f"{_operand(value)} in ({inner})"
        case tree.UnaryTest():
            return f"{node.operator} {_operand(node.value)}"
        case tree.InstanceOf():
            return f"{_operand(node.value)} instance of {type_text(node.type)}"
        case tree.If() | tree.For() | tree.Quantified() | tree.Lambda() | tree.Tests():
            return _open_ended(node)
        case _:
            return _closed(node)


def _open_ended(node: tree.If | tree.For | tree.Quantified | tree.Lambda | tree.Tests) -> str:
    """What goes on as far to the right as it can."""
    match node:
        case tree.If():
            return f"if {source(node.condition)} then {source(node.chosen)} else {source(node.otherwise)}"
        case tree.For(bindings=bindings):
            return f"for {_bindings(bindings)} return {source(node.body)}"
        case tree.Quantified(bindings=bindings):
            return f"{'every' if node.every else 'some'} {_bindings(bindings)} satisfies {source(node.body)}"
        case tree.Tests(tests=tests):
            inner = ", ".join(source(test) for test in tests)
            return (f"not({inner})" if tests else "-") if node.negated else inner
        case tree.Lambda():
            return _lambda(node)


_CLOSED = (
    tree.Literal, tree.Name, tree.Path, tree.Filter, tree.Element, tree.Call, tree.Invoke, tree.List, tree.Context,
    tree.Range,
)


def _operand(node: Node) -> str:
    plain = isinstance(node, (*_CLOSED, tree.UnaryTest))
    if isinstance(node, tree.Literal) and isinstance(node.value, Decimal) and node.value < 0:
        plain = False
    return source(node) if plain else f"({source(node)})"


def _closed(node: Node) -> str:
    """What needs no brackets around it."""
    match node:
        case tree.Literal(value=value):
            return _literal(value)
        case tree.Name(name=name):
            return name
        case tree.Path():
            return f"{_operand(node.source)}.{node.name}"
        case tree.Filter():
            return f"{_operand(node.source)}[{source(node.condition)}]"
        case tree.Element():
            inner, key = _operand(node.source), _operand(node.key)
            entry = f"get value({inner}, {key})"
            return f"(if {key} instance of string then {entry} else sublist({inner}, {key} + 1, 1)[1])"
        case tree.Call():
            names = node.names or ("",) * len(node.arguments)
            pairs = zip(names, node.arguments, strict=True)
            return f"{node.function}({', '.join((f'{n}: ' if n else '') + source(a) for n, a in pairs)})"
        case tree.Invoke():
            names = node.names or ("",) * len(node.arguments)
            pairs = zip(names, node.arguments, strict=True)
            called = ", ".join((f"{n}: " if n else "") + source(a) for n, a in pairs)
            return f"{_operand(node.function)}({called})"
        case tree.List(items=items):
            return f"[{', '.join(source(item) for item in items)}]"
        case tree.Context(entries=entries):
            return f"{{{', '.join(f'{_literal(e.key)}: {source(e.value)}' for e in entries)}}}"
        case tree.Range():
            opening, closing = "[" if node.low_closed else "(", "]" if node.high_closed else ")"
            return f"{opening}{_operand(node.low)}..{_operand(node.high)}{closing}"
        case _:
            raise TypeError(node)


def _lambda(node: tree.Lambda) -> str:
    parameters = ", ".join(name if type_ == ANY else f"{name}: {type_text(type_)}" for name, type_ in node.parameters)
    return f"function({parameters}) {'external ' if node.external else ''}{source(node.body)}"


def type_text(type_: Type) -> str:
    """A type as FEEL writes it; one of a model's own by what it stands for."""
    type_ = plain(type_)
    match type_:
        case ListType(item=item):
            return f"list<{type_text(item)}>"
        case RangeType(of=of):
            return f"range<{type_text(of)}>"
        case ContextType(entries=entries):
            return f"context<{', '.join(f'{name}: {type_text(inner)}' for name, inner in entries)}>"
        case FunctionType(parameters=parameters, result=result):
            return f"function<{', '.join(map(type_text, parameters))}> -> {type_text(result)}"
        case Simple(name=name):
            return name
        case _:
            raise TypeError(type_)


def _bindings(bindings: tuple[tree.Binding, ...]) -> str:
    return ", ".join(f"{binding.name} in {_domain(binding.domain)}" for binding in bindings)


def _domain(node: Node) -> str:
    if isinstance(node, tree.Range) and node.downwards:
        return f"{_operand(node.low)}..{_operand(node.high)}"
    return source(node)
