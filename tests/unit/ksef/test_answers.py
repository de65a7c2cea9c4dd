from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ksef.answers import Refused, error_of, forbidden, login_error, moment, refusal, warnings
from bridge.model.errors import FixSetup, TryLater

PROBLEM = {"title": "Bad Request", "errors": [{"code": 21180, "description": "Status sesji", "details": ["415", "x"]}]}
LEGACY = {
    "exception": {
        "exceptionDetailList": [
            {"exceptionCode": 21180, "exceptionDescription": "Status sesji", "details": ["415", "x"]}
        ]
    }
}


@pytest.mark.parametrize("body", [PROBLEM, LEGACY])
def test_both_formats_of_a_refusal_read_the_same(body: dict[str, object]) -> None:
    assert refusal(httpx.Response(400, json=body)) == Refused(21180, "Status sesji", ("415", "x"))


def test_a_success_is_no_refusal() -> None:
    assert refusal(httpx.Response(202, json={})) is None


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["errors", "exception", "exceptionDetailList", "code", "details", "exceptionCode", "security"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_body_makes_the_reading_fail(body: object) -> None:
    response = httpx.Response(403, json=body)
    found = refusal(response)
    assert found is not None
    assert isinstance(found.text, str)
    assert isinstance(forbidden(response), (FixSetup, TryLater))


@pytest.mark.parametrize("body", [b"", b"<html>", b"{"])
def test_a_body_without_json_leaves_the_status(body: bytes) -> None:
    found = refusal(httpx.Response(413, content=body))
    assert found is not None
    assert found.code == 413


@pytest.mark.parametrize(
    "text",
    [
        "2025-07-11T12:23:56.0154302+00:00",
        "2025-07-11T14:23:56.015430+02:00",
        "2025-07-11T12:23:56.01543Z",
        "2025-07-11T12:23:56.01543",
    ],
)
def test_moments_of_every_precision_are_utc(text: str) -> None:
    assert moment(text).isoformat() == "2025-07-11T12:23:56.015430+00:00"


def test_system_warnings() -> None:
    response = httpx.Response(200, headers={"X-System-Warning": "[sig-001]: Podpis niezgodny | [abc]: Drugi"})
    assert warnings(response) == ["sig-001: Podpis niezgodny", "abc: Drugi"]
    assert warnings(httpx.Response(200)) == []


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (
            {"reasonCode": "missing-permissions", "security": {"requiredAnyOfPermissions": ["InvoiceWrite"]}},
            FixSetup,
            "InvoiceWrite",
        ),
        ({"reasonCode": "ip-not-allowed", "security": {"clientIp": "10.0.0.1"}}, FixSetup, "10.0.0.1"),
        ({"title": "Request blocked", "security": {"incidentId": "i-77"}}, TryLater, "i-77"),
        ({"reasonCode": "security-service-blocked", "security": {"incidentId": "i-78"}}, TryLater, "i-78"),
    ],
)
def test_forbidden(body: dict[str, object], kind: type[Exception], says: str) -> None:
    error = forbidden(httpx.Response(403, json=body))
    assert isinstance(error, kind)
    assert says in str(error)


@pytest.mark.parametrize(("code", "kind"), [(21184, None), (9105, FixSetup), (21173, TryLater), (21180, None)])
def test_exception_codes_become_the_next_action(code: int, kind: type[Exception] | None) -> None:
    error = error_of(Refused(code, "opis"))
    assert (type(error) if error else None) is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [(415, FixSetup), (450, FixSetup), (460, FixSetup), (500, TryLater), (499, TryLater), (21405, FixSetup)],
)
def test_failed_logins_become_the_next_action(code: int, kind: type[Exception]) -> None:
    assert type(login_error(Refused(code, "opis"))) is kind
