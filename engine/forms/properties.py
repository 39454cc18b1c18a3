"""The custom properties form-js has no word for: which exist, on which kinds, and how each is read."""

from __future__ import annotations

ANY = frozenset({"help", "example", "error"})
OWN: dict[str, frozenset[str]] = {
    "textfield": frozenset({"patternErrorMessage", "warnPattern", "warnMessage"}),
    "datetime": frozenset({"notBefore", "notAfter"}),
    "filepicker": frozenset({"minFiles", "maxFiles", "maxSize", "kind", "capture"}),
    "dynamiclist": frozenset({"minItems", "maxItems", "rowLabel"}),
}
ACCEPTED_BY_KIND = {
    "photo": ("image/jpeg", "image/png", "image/webp"),
    "document": ("application/pdf", "image/jpeg", "image/png"),
}


def allowed(component: str) -> frozenset[str]:
    """The properties a component of this type may carry, besides those whose name begins with "x-"."""
    return ANY | OWN.get(component, frozenset())
