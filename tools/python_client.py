"""Writes the models and the methods of the Python client (clients/python) from the server's OpenAPI document.

A generator of our own: the usual one (openapi-python-client 0.29) makes 126 files of 11,000 lines that need two
libraries, know no stream and give errors back as values. The OpenAI protocol is left out: it has clients of its own.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import indent, wrap
from typing import Any

from server import create_app
from server.bootstrap import build_services
from server.settings import ServerSettings
from storage.settings import StorageSettings

PACKAGE = Path(__file__).parents[1] / "clients" / "python" / "pagewise_client"
NAMES = {
    ("post", "/api/query"): "query",
    ("post", "/api/retrieve"): "retrieve",
    ("get", "/api/documents"): "documents",
    ("post", "/api/documents"): "upload",
    ("delete", "/api/documents/{document}"): "delete_document",
    ("get", "/api/answers"): "answers",
    ("get", "/api/collections"): "collections",
    ("get", "/api/status"): "status",
    ("get", "/healthz"): "healthz",
    ("get", "/readyz"): "readyz",
    ("get", "/metrics"): "metrics",
}
"""What each operation is called; the reading of a stream is `…_events`."""

_MADE = "Made from the OpenAPI document by `make client`; not to be changed by hand."
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_WIDTH = 110

Schema = Mapping[str, Any]


def openapi_document() -> dict[str, Any]:
    """The document of a server with the settings of a new one."""
    with tempfile.TemporaryDirectory() as index_dir:
        services = build_services(ServerSettings(), StorageSettings(index_dir=Path(index_dir)))
        try:
            app = create_app(replace(services, reindexing=None))
            document: dict[str, Any] = app.test_client().get("/api/openapi.json").get_json()
        finally:
            services.close()
    return document


def operations(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Method, path and description of everything but the OpenAI protocol."""
    for path, methods in document["paths"].items():
        if not path.startswith("/v1/"):
            yield from ((method, path, operation) for method, operation in methods.items())


def written(document: Schema) -> dict[str, str]:
    """The two files by name, formatted. Raises `KeyError` where an operation has no name in `NAMES`."""
    made = {"models.py": _models(document), "client.py": _client(document)}
    return {name: _formatted(text) for name, text in made.items()}


def _formatted(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(PACKAGE / "made.py"), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True, encoding="utf-8").stdout


def _models(document: Schema) -> str:
    schemas: Schema = document["components"]["schemas"]
    parts = [f'"""What the server sends and gets.\n\n{_MADE}\n"""\n']
    parts.append("from __future__ import annotations\n")
    parts.append("from dataclasses import dataclass, field\nfrom typing import Any, Literal\n")
    parts += [_model(name, schemas[name]) for name in _reachable(document)]
    return "\n".join(parts)


def _reachable(document: Schema) -> list[str]:
    """The schemas that responses and nested requests are made of, by name."""
    schemas: Schema = document["components"]["schemas"]
    wanted: dict[str, None] = {}

    def follow(schema: Any) -> None:
        if isinstance(schema, dict):
            name = schema.get("$ref", "").rpartition("/")[2]
            if name and name not in wanted:
                wanted[name] = None
                follow(schemas[name])
            for each in schema.values():
                follow(each)
        elif isinstance(schema, list):
            for each in schema:
                follow(each)

    for _, _, operation in operations(document):
        follow(operation["responses"]["200"])
        for media in operation.get("requestBody", {}).get("content", {}).values():
            follow(_resolved(document, media["schema"])["properties"])
    return sorted(wanted, key=_class_name)


def _model(name: str, schema: Schema) -> str:
    required = schema.get("required", [])
    lines = []
    for field, about in sorted(schema["properties"].items(), key=lambda each: each[0] not in required):
        lines += [f"# {line}" for line in wrap(about.get("description", ""), _WIDTH)]
        lines.append(f"{field}: {_type(about)}{'' if field in required else f' = {_default(about)}'}")
    body = f'"""{schema["description"]}"""\n\n' + "\n".join(lines)
    return f"\n@dataclass(frozen=True, kw_only=True)\nclass {_class_name(name)}:\n{indent(body, '    ')}\n"


def _class_name(name: str) -> str:
    return name.removesuffix("Out")


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return _class_name(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join("None" if each.get("type") == "null" else _type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return f"Literal[{', '.join(map(_quoted, schema['enum']))}]"
    if schema.get("type") == "array":
        return f"list[{_type(schema['items'])}]"
    if schema.get("type") == "object":
        more = schema.get("additionalProperties")
        return f"dict[str, {_type(more) if isinstance(more, dict) else 'Any'}]"
    return _PLAIN[schema["type"]]


def _default(schema: Schema) -> str:
    if "default" in schema:
        return _quoted(schema["default"]) if isinstance(schema["default"], str) else repr(schema["default"])
    return {"array": "field(default_factory=list)", "object": "field(default_factory=dict)"}[schema["type"]]


def _quoted(text: str) -> str:
    return f'"{text}"'


def _client(document: Schema) -> str:
    used = sorted({_response(operation) for _, _, operation in operations(document)} - {"str"} | {"Turn"})
    methods = [
        text
        for method, path, operation in operations(document)
        for text in _methods(document, NAMES[method, path], method.upper(), path, operation)
    ]
    head = f'"""The methods of a server.\n\n{_MADE}\n"""\n\nfrom __future__ import annotations\n\n'
    imports = (
        "from collections.abc import Iterator, Sequence\nfrom typing import Literal\n\n"
        f"from pagewise_client.models import {', '.join(used)}\n"
        "from pagewise_client.transport import Event, File, Transport, part\n\n\n"
    )
    start = 'class Pagewise(Transport):\n    """A server: `Pagewise("http://127.0.0.1:8000", token="…")`.\n\n'
    start += "    Every method raises `Refused` or `Unreachable`, both a `PagewiseError`.\n"
    return head + imports + start + '    """\n\n' + "\n".join(indent(text, "    ") for text in methods)


def _response(operation: Schema) -> str:
    content = operation["responses"]["200"]["content"]
    return _type(content["application/json"]["schema"]) if "application/json" in content else "str"


def _methods(document: Schema, name: str, method: str, path: str, operation: Schema) -> Iterator[str]:
    media = operation.get("requestBody", {}).get("content", {})
    call = f'"{method}", {_path(path)}'
    kind, summary = _response(operation), operation["summary"]
    if "application/json" in media:
        schema = _resolved(document, media["application/json"]["schema"])
        properties = {field: about for field, about in schema["properties"].items() if field != "stream"}
        given = _parameters(properties, schema.get("required", []))
        sent = "{" + ", ".join(f'"{field}": {_sent(about, field)}' for field, about in properties.items()) + "}"
        about = _described(summary, properties)
        yield _method(name, given, kind, about, f"return self._call({kind}, {call}, body={sent})")
        if "text/event-stream" in operation["responses"]["200"]["content"]:
            about = _described('The same as it happens; the last event is "done" and holds the response.', {})
            yield _method(
                f"{name}_events",
                given,
                f"Iterator[Event[{kind}]]",
                about,
                f"return self._events({kind}, {call}, {sent})",
            )
    elif "multipart/form-data" in media:
        properties = _resolved(document, media["multipart/form-data"]["schema"])["properties"]
        (file,) = (field for field, about in properties.items() if about.get("items", {}).get("format") == "binary")
        more = {field: about for field, about in properties.items() if field != file}
        given = f"{file}s: Sequence[File], *, " + ", ".join(
            f"{field}: {_type(about)} = {_default(about)}" for field, about in more.items()
        )
        sent = "{" + ", ".join(f'"{field}": {field}' for field in more) + "}"
        body = f'return self._send_files({kind}, {call}, "{file}", {file}s, {sent})'
        yield _method(name, given, kind, _described(summary, {f"{file}s": properties[file], **more}), body)
    else:
        yield _plain_method(name, call, kind, operation)


def _plain_method(name: str, call: str, kind: str, operation: Schema) -> str:
    found = {each["name"]: each for each in operation.get("parameters", [])}
    in_path = {field: each for field, each in found.items() if each["in"] == "path"}
    in_query = {field: each["schema"] for field, each in found.items() if each["in"] == "query"}
    given = ", ".join(f"{field}: {_type(each['schema'])}" for field, each in in_path.items())
    given += (", " if given and in_query else "") + _parameters(in_query, [])
    about = _described(operation["summary"], found)
    if kind == "str":
        return _method(name, given, kind, about, f"return self._text({call})")
    query = ", query={" + ", ".join(f'"{field}": {field}' for field in in_query) + "}" if in_query else ""
    return _method(name, given, kind, about, f"return self._call({kind}, {call}{query})")


def _parameters(properties: Schema, required: list[str]) -> str:
    """Required ones first and by place, the others by name."""
    first = [f"{field}: {_type(properties[field])}" for field in required]
    others = []
    for field, about in properties.items():
        if field not in required:
            is_list = about.get("type") == "array"
            kind = f"Sequence[{_type(about['items'])}]" if is_list else _type(about)
            others.append(f"{field}: {kind} = {'()' if is_list else _default(about)}")
    return ", ".join([*first, *(["*", *others] if others else [])])


def _sent(about: Schema, field: str) -> str:
    return f"list({field})" if about.get("type") == "array" else field


def _path(path: str) -> str:
    if "{" not in path:
        return _quoted(path)
    return f'f"{path.replace("{", "{part(").replace("}", ")}")}"'


def _described(summary: str, properties: Schema) -> str:
    lines = [line for field, about in properties.items() for line in _about(field, about)]
    return "\n".join([summary, "", *lines]) if lines else summary


def _about(field: str, about: Schema) -> list[str]:
    return (
        wrap(f"{field}: {about['description']}", _WIDTH - 8, subsequent_indent="    ")
        if about.get("description")
        else []
    )


def _method(name: str, given: str, kind: str, about: str, body: str) -> str:
    end = "\n" if "\n" in about else ""
    return f"def {name}(self{', ' if given else ''}{given}) -> {kind}:\n" + indent(
        f'"""{about}{end}"""\n{body}\n', "    "
    )


def _resolved(document: Schema, schema: Schema) -> Schema:
    found: Schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


if __name__ == "__main__":
    for file_name, text in written(openapi_document()).items():
        (PACKAGE / file_name).write_text(text, encoding="utf-8")
