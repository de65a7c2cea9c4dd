"""The routes of the simulator over one memory."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bridge.sandbox import (
    admin,
    auth,
    batch,
    certificates,
    collective,
    exports,
    keys,
    ktokens,
    latarnia,
    limits,
    metadata,
    online,
    page,
    permissions,
    qr,
    status,
    testdata,
)
from bridge.sandbox.middleware import Door
from bridge.sandbox.problems import Refusal, answer
from bridge.sandbox.store import Store

API: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/auth/challenge", auth.challenge),
    ("POST", "/auth/xades-signature", auth.by_signature),
    ("POST", "/auth/ksef-token", auth.by_token),
    ("POST", "/auth/token/redeem", auth.redeem),
    ("POST", "/auth/token/refresh", auth.refresh),
    ("GET", "/auth/sessions", auth.sessions),
    ("DELETE", "/auth/sessions/{ref}", auth.end_session),
    ("GET", "/auth/{ref}", auth.status),
    ("POST", "/tokens", ktokens.make),
    ("GET", "/tokens", ktokens.listed),
    ("GET", "/tokens/{ref}", ktokens.one),
    ("DELETE", "/tokens/{ref}", ktokens.one),
    ("GET", "/security/public-key-certificates", keys.certificates),
    ("GET", "/certificates/limits", certificates.limits),
    ("GET", "/certificates/enrollments/data", certificates.data),
    ("POST", "/certificates/enrollments", certificates.enroll),
    ("GET", "/certificates/enrollments/{ref}", certificates.enrollment),
    ("POST", "/certificates/retrieve", certificates.retrieve),
    ("POST", "/certificates/query", certificates.query),
    ("POST", "/certificates/{serial}/revoke", certificates.revoke),
    ("GET", "/rate-limits", limits.rate_limits),
    ("GET", "/limits/context", limits.context_limits),
    ("GET", "/limits/subject", limits.subject_limits),
    ("POST", "/sessions/online", online.open_online),
    ("POST", "/sessions/online/{ref}/invoices", online.send),
    ("POST", "/sessions/online/{ref}/close", online.close),
    ("POST", "/sessions/batch", batch.open_batch),
    ("POST", "/sessions/batch/{ref}/close", batch.close),
    ("GET", "/sessions", status.sessions),
    ("GET", "/sessions/{ref}", status.session),
    ("GET", "/sessions/{ref}/invoices", status.invoices),
    ("GET", "/sessions/{ref}/invoices/failed", status.invoices),
    ("GET", "/sessions/{ref}/invoices/ksef/{number}/upo", status.invoice_upo),
    ("GET", "/sessions/{ref}/invoices/{invoice}", status.invoice),
    ("GET", "/sessions/{ref}/invoices/{invoice}/upo", status.invoice_upo),
    ("GET", "/sessions/{ref}/upo/{upo}", status.session_upo),
    ("POST", "/invoices/query/metadata", metadata.query),
    ("GET", "/invoices/ksef/{number}", metadata.download),
    ("POST", "/invoices/exports", exports.ask),
    ("GET", "/invoices/exports/{ref}", exports.status),
    *(("POST", f"/permissions/{kind}/grants", permissions.grant(kind)) for kind in ("persons", "entities", "indirect")),
    ("POST", "/permissions/authorizations/grants", permissions.grant("authorizations")),
    ("POST", "/permissions/subunits/grants", permissions.grant("subunits")),
    ("POST", "/permissions/eu-entities/administration/grants", permissions.grant("eu-administration")),
    ("POST", "/permissions/eu-entities/grants", permissions.grant("eu-entities")),
    ("DELETE", "/permissions/common/grants/{id}", permissions.revoke),
    ("DELETE", "/permissions/authorizations/grants/{id}", permissions.revoke),
    ("GET", "/permissions/operations/{ref}", permissions.operation),
    ("GET", "/permissions/attachments/status", permissions.attachments),
    *(("POST", f"/permissions/query/{what}/grants", permissions.query(what)) for what in permissions.QUERIES),
    ("GET", "/permissions/query/entities/roles", permissions.roles),
    ("POST", "/permissions/query/subordinate-entities/roles", permissions.roles),
    ("POST", "/collective-identifiers", collective.make),
    ("POST", "/collective-identifiers/query", collective.query),
    ("POST", "/collective-identifiers/invoices", collective.invoices),
    ("GET", "/collective-identifiers/ksef/{number}", collective.of_invoice),
    ("GET", "/peppol/query", collective.peppol),
    *(("POST", f"/testdata/subject{ending}", testdata.subject) for ending in ("", "/remove")),
    *(("POST", f"/testdata/person{ending}", testdata.person) for ending in ("", "/remove")),
    *(("POST", f"/testdata/permissions{ending}", testdata.permissions) for ending in ("", "/revoke")),
    *(("POST", f"/testdata/attachment{ending}", testdata.attachment) for ending in ("", "/revoke")),
    *(("POST", f"/testdata/context/{what}", testdata.context) for what in ("block", "unblock")),
    ("PUT", "/testdata/certificates/{serial}", certificates.shorten),
    *((method, "/testdata/limits/context/session", limits.set_context_limits) for method in ("POST", "DELETE")),
    *((method, "/testdata/limits/subject/certificate", limits.set_subject_limits) for method in ("POST", "DELETE")),
    *((method, "/testdata/rate-limits", limits.set_rate_limits) for method in ("POST", "DELETE")),
    ("POST", "/testdata/rate-limits/production", limits.set_rate_limits),
)
BESIDE: tuple[tuple[tuple[str, ...], str, Any], ...] = (
    (("GET",), "/latarnia/status", latarnia.status),
    (("GET",), "/latarnia/messages", latarnia.messages),
    (("GET",), "/invoice/{nip}/{date}/{hash}", qr.invoice),
    (("GET",), "/certificate/{type}/{value}/{nip}/{serial}/{hash}/{signature}", qr.certificate),
    (("GET",), "/_sim", page.home),
    (("GET",), "/_sim/state", admin.state),
    (("POST",), "/_sim/reset", admin.reset),
    (("GET", "POST", "DELETE"), "/_sim/faults", admin.faults),
    (("GET", "POST"), "/_sim/settings", admin.settings),
    (("GET", "POST"), "/_sim/clock", admin.clock),
    (("POST",), "/_sim/keys", admin.rotate),
    (("POST",), "/_sim/latarnia", latarnia.set_up),
    (("GET",), "/_sim/har", admin.har),
    (("POST",), "/_sim/replay", admin.replay),
    (("GET",), "/_sim/files/{what}/{ref}", admin.file),
    (("PUT",), "/_sim/storage/{ref}/{part:int}", batch.put),
)


def application(store: Store) -> ASGIApp:
    """The whole simulator over one memory."""
    routes = [
        Route(f"{prefix}{path}", handler, methods=[method])
        for prefix in ("/v2", "/api/v2")
        for method, path, handler in API
    ]
    routes += [Route(path, handler, methods=list(methods)) for methods, path, handler in BESIDE]
    app = Starlette(routes=routes, exception_handlers={Refusal: _refused})
    app.router.redirect_slashes = False  # a trailing slash is 404, as in KSeF
    app.state.store = store
    return Door(app, store)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return answer(request, error)
