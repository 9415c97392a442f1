"""Requests made up from the OpenAPI document by schemathesis (docs/faults.md B27): no 5xx, nothing against its word.

Bounded in the everyday suite; `make soak` makes a thousand for each endpoint and prints how fast refusals are.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

load_all_checks()
_CHECKS = CHECKS.get_by_names(
    [
        *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"),
        *("response_headers_conformance", "negative_data_rejection"),
    ]
)
_EVERYDAY_CASES = 12
_SOAK_CASES = 1000
_SLOWEST_REFUSAL_MS = 200  # of all but one in a hundred


@pytest.fixture(scope="module")
def operations(quoting_app: Flask) -> list[Any]:
    """Every endpoint of the document."""
    return operations_of(quoting_app)


def operations_of(app: Flask) -> list[Any]:
    refused = {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}  # 413 among them
    config = schemathesis.Config.from_dict(refused)
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)
    operations = []
    for found in document.get_all_operations():
        assert isinstance(found, Ok)
        operations.append(found.ok())
    return operations


@dataclass
class Sent:
    """How many requests one endpoint got, and how long it took over those it refused, in milliseconds."""

    cases: int = 0
    refusals: list[float] = field(default_factory=list)


def send(operation: Any, cases: int, mode: GenerationMode, sent: Sent) -> None:
    """Send made-up requests and check the responses. An endpoint that takes nothing gets the same one each time."""

    @settings(
        max_examples=cases, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        sent.cases += 1
        response = case.call_and_validate(checks=_CHECKS)
        if 400 <= response.status_code < 500:
            sent.refusals.append(response.elapsed * 1000)

    wanted = sent.cases + cases
    while sent.cases < wanted:
        check()


def send_both(operations: list[Any], cases: int) -> dict[str, Sent]:
    """To every endpoint, what the document allows; and where it says what is sent, as much that it does not."""
    found = {operation.label: Sent() for operation in operations}
    for operation in operations:
        if operation.body:
            send(operation, cases // 2, GenerationMode.NEGATIVE, found[operation.label])
        send(operation, cases - found[operation.label].cases, GenerationMode.POSITIVE, found[operation.label])
    return found


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, math.ceil(len(values) * share) - 1)]


@pytest.mark.faults("B27")
def test_made_up_requests_are_answered_as_documented(operations: list[Any]) -> None:
    assert len(operations) >= 10
    send_both(operations, _EVERYDAY_CASES)


@pytest.mark.soak
@pytest.mark.faults("B27")
def test_a_thousand_made_up_requests_for_each_endpoint(
    operations: list[Any], record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    found = send_both(operations, _SOAK_CASES)
    refusals = [elapsed for sent in found.values() for elapsed in sent.refusals]
    slowest = percentile(refusals, 0.99)
    figure = f"{len(refusals)} refusals, p50 {percentile(refusals, 0.5):.1f} ms, p99 {slowest:.1f} ms"
    record_property("refusals", figure)
    with capsys.disabled():
        for label, sent in found.items():
            print(f"\n{label}: {sent.cases} cases, {len(sent.refusals)} refused", end="")  # noqa: T201
        print(f"\n{figure}")  # noqa: T201 - the figures are what the soak is for
    assert min(sent.cases for sent in found.values()) >= _SOAK_CASES
    assert slowest <= _SLOWEST_REFUSAL_MS
