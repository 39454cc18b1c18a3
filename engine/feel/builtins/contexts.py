"""Built-in functions over contexts."""

from __future__ import annotations

from engine.feel.values import Value


def get_value(context: Value, key: Value) -> Value:
    """A key, or a list of keys that leads inwards."""
    keys = key if isinstance(key, list) else [key]
    for step in keys:
        if not isinstance(context, dict) or not isinstance(step, str):
            return None
        context = context.get(step)
    return context if keys else None


def get_entries(context: dict[str, Value]) -> Value:
    return [{"key": key, "value": value} for key, value in context.items()]


def to_context(entries: list[Value]) -> Value:
    """From contexts with `key` and `value`; null when a key is missing or comes twice."""
    made: dict[str, Value] = {}
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) and "value" in entry else None
        if not isinstance(entry, dict) or not isinstance(key, str) or key in made:
            return None
        made[key] = entry["value"]
    return made


def put(context: dict[str, Value], key: str, value: Value = None) -> Value:
    return {**context, key: value}


def put_deep(context: Value, keys: list[Value], value: Value = None) -> Value:
    """The keys lead inwards; each but the last must be there and hold a context."""
    if not keys or not isinstance(context, dict) or not isinstance(keys[0], str):
        return None
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = put_deep(context.get(keys[0]), keys[1:], value)
    return None if inner is None else {**context, keys[0]: inner}


def merge(contexts: list[Value]) -> Value:
    """The last one that has a key says its value."""
    merged: dict[str, Value] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        merged |= context
    return merged


def get_or_else(value: Value, default: Value = None) -> Value:
    return default if value is None else value
