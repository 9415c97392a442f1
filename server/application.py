"""The Flask application: its parts put together.

A module of its own so that `server` can be imported without Flask.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from flask import Flask
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from werkzeug.routing import PathConverter

from server import pages
from server.api import answers, documents, mcp_http, openai, questions
from server.http import audit, error_responses, rate_limits, security, translation
from server.http.collections import CollectionAddresses
from server.http.form_files import PagewiseRequest
from server.http.metrics import MeasuredAnswering, Metrics, measure
from server.http.proxies import BehindProxies
from server.http.services import COLLECTIONS, EXTENSION, Answering, Services
from server.http.tracing import TRACES, TracedAnswering, build_tracer_provider
from storage.version import version


class AnyPathConverter(PathConverter):
    """The path of a document. Werkzeug 3.1's own finds no path with a line break, which a file's name may hold."""

    regex = r"[^/](?s:.*?)"


def build_application(services: Services) -> Flask:
    """An application that answers with these collaborators."""
    app = OpenAPI(
        "server",
        info=Info(
            title="Pagewise",
            version=version(),
            description="Answers from your documents, with the page each statement comes from.",
        ),
        security_schemes={"token": {"type": "http", "scheme": "bearer"}},
        validation_error_status=422,
        validation_error_callback=questions.refuse,
        doc_ui=False,
    )
    app.request_class = PagewiseRequest
    collections = {each.collection: each for each in (services, *services.others)}
    metrics = {name: _metrics_of(each) for name, each in collections.items()}
    app.extensions[COLLECTIONS] = _observed(app, collections, metrics)
    app.extensions[EXTENSION] = app.extensions[COLLECTIONS][services.collection]
    app.url_map.converters["path"] = AnyPathConverter
    if services.collection:
        app.wsgi_app = CollectionAddresses(app.wsgi_app, collections)  # type: ignore[method-assign]
    if services.settings.proxy_networks:
        app.wsgi_app = BehindProxies(app.wsgi_app, services.settings)  # type: ignore[method-assign]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    translation.translate_interface(app)
    pages.static_files.serve_named(app)
    security.secure(app, services.settings)
    rate_limits.limit(app, services.settings, services.shared_requests)
    error_responses.register(app)
    measure(app, metrics, services.place)
    audit.keep_audit_log(app, services.settings)
    for api in (questions.blueprint, answers.blueprint, openai.blueprint, documents.blueprint):
        app.register_api(api)
    mcp_http.register(app)
    for blueprint in pages.BLUEPRINTS:
        app.register_blueprint(blueprint)
    questions.describe_streams(app.api_doc, "/api/query", "/v1/chat/completions", "/v1/completions", "/v1/responses")
    return app


def _metrics_of(services: Services) -> Metrics:
    watch = services.answer_watch
    return Metrics(services.index, watch.known_losses if watch is not None else lambda: 0)


def _observed(app: Flask, collections: Mapping[str, Services], metrics: Mapping[str, Metrics]) -> dict[str, Services]:
    """Their answer services, the questions counted and, where a collector is named, traced."""
    settings = next(iter(collections.values())).settings
    provider = build_tracer_provider(settings) if settings.traces_url else None
    app.extensions[TRACES] = provider

    def observed(services: Services) -> Callable[[], Answering]:
        counted = partial(_measured, services, metrics[services.collection])
        if provider is None:
            return counted
        return lambda: TracedAnswering(counted(), provider, with_texts=settings.otel_texts)

    return {name: replace(each, answering=observed(each)) for name, each in collections.items()}


def _measured(services: Services, metrics: Metrics) -> Answering:
    return MeasuredAnswering(services.answering(), metrics)
