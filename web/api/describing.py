"""The description of the interface (OpenAPI 3.1): problems every address may answer, an example of every body and answer.

Examples are put together from those that stand at the fields, so that there is one place for each.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from web.api.problems import MEDIA
from web.api.shapes.base import ProblemShape
from web.api.shapes.steps import Moved

ABOUT = """Cases of labour disputes and of wage bargaining, their steps, dates and papers, for programs of a union's office.

Every request bears `Authorization: Bearer cc_…`. The token's owner sees here what he sees on the pages, and what is hidden from
him is answered like what is not there. Steps are taken through the one door: `Idempotency-Key` makes a repeated request
harmless, `expected_version` keeps it from meeting a case that somebody else has moved. Errors are `application/problem+json`.
"""
_REF = "#/components/schemas/"
#: status → what it means; every address may answer these
_EVERYWHERE = {
    401: "No token in force: missing, unknown, over, revoked, or its owner has left",
    403: "The token lacks the scope, or its owner may not do that",
    404: "Not there, or not for the caller to see",
    422: "The request, the answers or the step are refused, with all the reasons",
    429: "Too many requests; see Retry-After",
}
_WRITING = {409: "Somebody else moved the case, or the key was used for something else", 413: "The body is too large"}
_RETRY = {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}}
_CHALLENGE = {"WWW-Authenticate": {"description": "how to sign in", "schema": {"type": "string"}}}
_SAMPLES = {"date": "2026-09-16", "date-time": "2026-09-16T01:30:00Z", "binary": "…"}
_PLAIN: dict[str, Any] = {"integer": 1, "number": 1, "boolean": False, "string": "…", "null": None, "object": {}}


def describe(api: FastAPI) -> None:
    """Give the program its description; made once, when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if not api.openapi_schema:
            api.openapi_schema = _made(api)
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]


def _made(api: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
    schemas: dict[str, Any] = made["components"]["schemas"]
    _, problems = models_json_schema([(ProblemShape, "serialization"), (Moved, "serialization")], ref_template=_REF + "{model}")
    schemas |= problems["$defs"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path in made["paths"].values():
        for method, operation in path.items():
            _complete(operation, schemas, writes=method != "get")
    made["servers"] = [{"url": "/api/v1"}]
    return made


def _complete(operation: dict[str, Any], schemas: dict[str, Any], *, writes: bool) -> None:
    answers: dict[str, Any] = operation["responses"]
    for status, meaning in (_EVERYWHERE | (_WRITING if writes else {})).items():
        answers[str(status)] = _problem(status, meaning, schemas)
    for content in [operation.get("requestBody", {}).get("content", {}), *(one.get("content", {}) for one in answers.values())]:
        for media, told in content.items():
            if media == "application/json":
                told["example"] = _example(told["schema"], schemas)


def _problem(status: int, meaning: str, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = {"$ref": _REF + ("Moved" if status == 409 else "ProblemShape")}
    headers = {401: _CHALLENGE, 429: _RETRY}.get(status, {})
    content = {MEDIA: {"schema": schema, "example": {**_example(schema, schemas), "status": status}}}
    return {"description": meaning, "content": content, **({"headers": headers} if headers else {})}


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """A value of the schema, from the examples that stand in it."""
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].removeprefix(_REF)], schemas)
    for known in ("examples", "enum"):
        if known in schema:
            return schema[known][0]
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas)
    if schema.get("type") == "array":
        return [_example(schema["items"], schemas)]
    if "properties" in schema:
        return {name: _example(one, schemas) for name, one in schema["properties"].items()}
    return _SAMPLES.get(schema.get("format", ""), schema.get("default", _PLAIN.get(schema.get("type", ""))))
