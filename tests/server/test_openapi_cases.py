"""Requests made up from the OpenAPI document by schemathesis (FAULTS B27): never a 5xx, never against the document.

Bounded in the everyday suite; `make soak` makes a thousand for each endpoint and prints how fast refusals are.
"""

import math
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

load_all_checks()
_CHECKS = CHECKS.get_by_names(
    [
        *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"),
        *("response_headers_conformance", "negative_data_rejection"),
    ]
)
_EVERYDAY_CASES = 6
_SOAK_CASES = 500  # of good and as many of bad requests


@pytest.fixture(scope="module")
def operations(quoting_app: Flask) -> list[Any]:
    """Every endpoint of the document."""
    return operations_of(quoting_app)


def operations_of(app: Flask) -> list[Any]:
    refused = {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}  # 413 among them
    config = schemathesis.Config.from_dict(refused)
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)
    return [found.ok() for found in document.get_all_operations()]


def send(operation: Any, cases: int, mode: GenerationMode) -> list[float]:
    """Send made-up requests and check the responses; how long refusals took, in milliseconds."""
    refusals: list[float] = []

    @settings(
        max_examples=cases, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        response = case.call_and_validate(checks=_CHECKS)
        if 400 <= response.status_code < 500:
            refusals.append(response.elapsed * 1000)

    check()
    return refusals


def send_both(operations: list[Any], cases: int) -> dict[str, list[float]]:
    """To every endpoint, what the document allows and, where that says anything, what it does not."""
    found = {}
    for operation in operations:
        found[operation.label] = send(operation, cases, GenerationMode.POSITIVE)
        if operation.body:
            found[operation.label] += send(operation, cases, GenerationMode.NEGATIVE)
    return found


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, math.ceil(len(values) * share) - 1)]


@pytest.mark.faults("B27")
def test_b27_made_up_requests_are_answered_as_documented(operations: list[Any]) -> None:
    assert len(operations) >= 9
    send_both(operations, _EVERYDAY_CASES)


@pytest.mark.soak
@pytest.mark.faults("B27")
def test_b27_a_thousand_made_up_requests_for_each_endpoint(
    operations: list[Any], record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    refusals = [elapsed for found in send_both(operations, _SOAK_CASES).values() for elapsed in found]
    figure = (
        f"{len(refusals)} refusals, p50 {percentile(refusals, 0.5):.0f} ms, p99 {percentile(refusals, 0.99):.0f} ms"
    )
    record_property("refusals", figure)
    with capsys.disabled():
        print(f"\n{figure}")  # noqa: T201 - the figure is what the soak is for
    assert percentile(refusals, 0.99) < 5_000
