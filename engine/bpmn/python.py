"""A Python expression as FEEL text, read by Python's own parser and never run.

Spiff writes conditions, timers and payloads in Python. What only computes a value has the same meaning in FEEL; a
call of anything but the few functions below, a lambda, a comprehension has none here.
"""

from __future__ import annotations

import ast
from datetime import timedelta

from engine import feel
from engine.errors import ExpressionRefused

LONGEST = 2_000
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Eq: "=", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "=", ast.IsNot: "!=",
}
_COMPUTED: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_CALLED = {"len": "size of", "str": "string", "int": "floor", "float": "number", "abs": "abs", "min": "min",
           "max": "max", "sum": "sum", "any": "any", "all": "all"}
_METHODS = {"lower": "lower case", "upper": "upper case", "strip": "trim"}
_ASKED = {"startswith": "starts with", "endswith": "ends with"}


class _NotPlain(Exception):
    """The expression does more than compute a value."""


def from_python(text: str) -> str | None:
    """FEEL text that means the same; None where the text is no expression that only computes a value."""
    if len(text) > LONGEST:
        return None
    try:
        meant = f"= {_of(ast.parse(text.strip(), mode='eval').body)}"
        return f"= {feel.compile(meant).source()}"
    except (_NotPlain, SyntaxError, ValueError, RecursionError, MemoryError, ExpressionRefused):
        return None


def _of(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=value) if value is None or isinstance(value, bool | int | float | str):
            return feel.literal(value)
        case ast.Name(id=name):
            return name
        case ast.BoolOp(op=op, values=values):
            return "(" + (" and " if isinstance(op, ast.And) else " or ").join(map(_of, values)) + ")"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"not({_of(operand)})"
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-({_of(operand)})"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _COMPUTED:
            return f"({_of(left)} {_COMPUTED[type(operator)]} {_of(right)})"
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            return f"modulo({_of(left)}, {_of(right)})"
        case ast.Compare():
            return _compare(node)
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return f"(if {_of(test)} then {_of(body)} else {_of(otherwise)})"
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return "[" + ", ".join(map(_of, items)) + "]"
        case ast.Attribute(value=value, attr=name):
            return f"{_of(value)}.{name}"
    return _composed(node)


def _composed(node: ast.expr) -> str:
    match node:
        case ast.Dict(keys=keys, values=values):
            pairs = [f"{_key(key)}: {_of(value)}" for key, value in zip(keys, values, strict=True)]
            return "{" + ", ".join(pairs) + "}"
        case ast.Subscript(value=value, slice=ast.Constant(value=str(name))):
            return f"get value({_of(value)}, {feel.literal(name)})"
        case ast.Subscript(value=value, slice=ast.Constant(value=int(place))):
            return f"{_of(value)}[{place + 1}]"
        case ast.Subscript(value=value, slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(place)))):
            return f"{_of(value)}[-{place}]"
        case ast.Call(func=called, args=arguments, keywords=named):
            return _call(called, arguments, named)
    raise _NotPlain


def _key(key: ast.expr | None) -> str:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return feel.literal(key.value)
    raise _NotPlain


def _compare(node: ast.Compare) -> str:
    sides = [node.left, *node.comparators]
    return "(" + " and ".join(
        _pair(left, operator, right)
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False)) + ")"


def _pair(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str:
    if type(operator) in _COMPARED:
        return f"{_of(left)} {_COMPARED[type(operator)]} {_of(right)}"
    listed = isinstance(right, (ast.List, ast.Tuple))
    held = f"{'list contains' if listed else 'holds part'}({_of(right)}, {_of(left)})"
    return held if isinstance(operator, ast.In) else f"not({held})"


def _call(called: ast.expr, arguments: list[ast.expr], named: list[ast.keyword]) -> str:
    given = [_of(one) for one in arguments]
    match called:
        case ast.Name(id="timedelta") | ast.Attribute(value=ast.Name(id="datetime"), attr="timedelta"):
            return _duration(arguments, named)
        case ast.Name(id=name) if name in _CALLED and given and not named:
            return f"{_CALLED[name]}({', '.join(given)})"
        case ast.Attribute(value=value, attr="get") if len(given) in (1, 2) and not named:
            found = f"get value({_of(value)}, {given[0]})"
            return found if len(given) == 1 else f"get or else({found}, {given[1]})"
        case ast.Attribute(value=value, attr=name) if name in _METHODS and not given and not named:
            return f"{_METHODS[name]}({_of(value)})"
        case ast.Attribute(value=value, attr=name) if name in _ASKED and len(given) == 1 and not named:
            return f"{_ASKED[name]}({_of(value)}, {given[0]})"
    raise _NotPlain


def _duration(arguments: list[ast.expr], named: list[ast.keyword]) -> str:
    """A timedelta of plain numbers, as FEEL's duration."""
    words = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
    given: dict[str, float] = {}
    for name, value in [*zip(words, arguments, strict=False), *((one.arg or "", one.value) for one in named)]:
        if name not in words or not isinstance(value, ast.Constant) or not isinstance(value.value, int | float):
            raise _NotPlain
        given[name] = float(value.value)
    try:
        length = timedelta(**given)
    except OverflowError as error:
        raise _NotPlain from error
    return f'duration("PT{length.days * 86_400 + length.seconds}.{length.microseconds:06}S")'
