"""What other engines' extensions say, read into our fields.

Camunda 7, Operaton, Flowable and Activiti share one vocabulary under four namespaces; Zeebe (Camunda 8), Spiff and
jBPM have their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from engine.bpmn import xml
from engine.bpmn.xml import Element

FAMILIES = {
    "http://camunda.org/schema/1.0/bpmn": "camunda", "http://operaton.org/schema/1.0/bpmn": "camunda",
    "http://flowable.org/bpmn": "camunda", "http://activiti.org/bpmn": "camunda",
    "http://www.camunda.com/fox": "camunda", "http://camunda.org/schema/zeebe/1.0": "zeebe",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "spiff", "http://www.jboss.org/drools": "jbpm",
}
CAMUNDA = tuple(uri for uri, family in FAMILIES.items() if family == "camunda")
ZEEBE = "http://camunda.org/schema/zeebe/1.0"

_KEPT = {"adHoc", "scriptFormat", "skipExpression", "mapDecisionResult", "variableName", "variableEvents",
         "variableNames", "activeElementsCollection", "outputCollection", "outputElement"}
_FORM_PREFIX = re.compile(r"^(?:camunda-forms|embedded|app|deployment|bpmn|engine|form):")
_FORM_SUFFIX = re.compile(r"\.(?:form|html?|xhtml|json)$")
_LIST_OF_STRINGS = re.compile(r'^=\s*\[\s*("[^"]*"(?:\s*,\s*"[^"]*")*)\s*\]$')
_POTENTIAL_OWNER = re.compile(r"^(user|group)\((.*)\)$", re.DOTALL)


def extension(element: Element, *tags: str, uris: tuple[str, ...] = tuple(FAMILIES)) -> Iterator[Element]:
    """The known vendors' elements of these tags in the element's extensionElements."""
    for holder in xml.children(element, "extensionElements"):
        for one in holder:
            uri, tag = xml.split(str(one.tag))
            if uri in uris and tag in tags:
                yield one


def vendor(element: Element, name: str) -> str | None:
    """A Camunda-like attribute, whichever of the namespaces it is in; None when absent or blank."""
    for attribute in _names(name):
        value = element.get(attribute)
        if value and not value.isspace():
            return value.strip()
    return None


@lru_cache(maxsize=256)
def _names(name: str) -> tuple[str, ...]:
    return tuple(f"{{{uri}}}{name}" for uri in CAMUNDA)


def zeebe(element: Element, tag: str, *names: str) -> str | None:
    """The first of these attributes of a Zeebe extension element."""
    for one in extension(element, tag, uris=(ZEEBE,)):
        for name in names:
            value = xml.attribute(one, name)
            if value is not None:
                return value
    return None


def form(element: Element) -> str | None:
    """The name of the form: its id, or the file's name without folder and ending; an expression as it stands."""
    key = (zeebe(element, "formDefinition", "formId", "externalReference", "formKey")
           or vendor(element, "formRef") or vendor(element, "formKey"))
    if key is None or key.startswith(("=", "${", "#{")):
        return key
    bare = key
    while found := _FORM_PREFIX.match(bare):
        bare = bare[found.end():]
    bare = _FORM_SUFFIX.sub("", bare.rstrip("/").rsplit("/", 1)[-1])
    return bare or key


def listed(text: str | None) -> tuple[str, ...]:
    """Names in a comma-separated list or a FEEL list of strings; another expression is one name, as it stands."""
    if text is None:
        return ()
    found = _LIST_OF_STRINGS.match(text)
    if found:
        return tuple(re.findall(r'"([^"]*)"', found.group(1)))
    if text.startswith("=") or "${" in text or "#{" in text:
        return (text,)
    return tuple(name.strip() for name in text.split(",") if name.strip())


def people(
    element: Element, named: Mapping[str, Element], *, owners: str = "group"
) -> tuple[tuple[str, ...], tuple[str, ...], str | None]:
    """Who may or shall do it: roles, users, assignee; from extensions, then from BPMN's own resource roles.

    `owners`: what a potential owner is of whom the drawing says neither "user" nor "group".
    """
    roles = listed(zeebe(element, "assignmentDefinition", "candidateGroups") or vendor(element, "candidateGroups"))
    users = listed(zeebe(element, "assignmentDefinition", "candidateUsers") or vendor(element, "candidateUsers"))
    assignee = zeebe(element, "assignmentDefinition", "assignee") or vendor(element, "assignee")
    for owner in xml.children(element, "potentialOwner", "humanPerformer", "performer"):
        for name in (*_resource(owner, named),
                     *listed(xml.text_of(xml.child(owner, "resourceAssignmentExpression")) or None)):
            found = _POTENTIAL_OWNER.match(name)
            kind, value = (found.group(1), found.group(2)) if found else (owners, name)
            if xml.local(owner) != "potentialOwner":
                assignee = assignee or value
            elif kind == "group":
                roles = (*roles, value)
            else:
                users = (*users, value)
    return roles, users, assignee


def _resource(owner: Element, named: Mapping[str, Element]) -> tuple[str, ...]:
    """The name of the resource a resource role refers to; its id where it has no name."""
    ref = xml.text_of(xml.child(owner, "resourceRef"))
    resource = xml.resolve(named, ref)
    name = None if resource is None else xml.attribute(resource, "name")
    return (name or ref,) if ref else ()


def properties(element: Element) -> Mapping[str, str]:
    """Names and values of the properties and task headers, and of attributes kept for whoever registers a handler.

    The last of one name counts.
    """
    holders = [element, *xml.children(element, "conditionalEventDefinition"),
               *extension(element, "adHoc", "conditionalFilter")]
    found = {name: str(value) for holder in holders for key, value in holder.attrib.items()
             if (name := xml.split(str(key))[1]) in _KEPT and value and (name != "adHoc" or value == "true")}
    for holder in extension(element, "properties", "taskHeaders", "property"):
        for one in (holder, *holder):
            key = one.get("name") or one.get("key")
            if key and xml.split(str(one.tag))[1] in {"property", "header"}:
                found[key] = one.get("value") or ""
    return MappingProxyType(found)
