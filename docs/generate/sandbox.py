"""The simulator's switches and faults, and which test shows which of its boxes → docs/sandbox.md."""

from __future__ import annotations

from bridge.sandbox.faults import ACTIONS, PACKAGES, PARAMETERS
from bridge.sandbox.switches import SWITCHES
from docs.generate.markdown import table

# Box of the simulator's checklist → the tests that show it (in tests/unit/sandbox, or named by path).
BOXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("names in any case, unknown ones ignored, shapes of references and numbers", ("test_names_in_any_case_and_unknown_ones_ignored", "test_references_and_numbers_have_their_shape")),
    ("both formats of errors", ("test_both_error_formats",)),
    ("one clock: real, frozen, moved, faster; by HTTP, file and command", ("test_the_clock_can_be_frozen", "test_one_clock_by_http_and_by_file", "test_windows_slide_with_the_clock")),
    ("memory in a file or not, reset, a seed", ("test_memory_survives_a_restart", "test_a_seed_repeats_the_numbers")),
    ("public keys and their ids", ("test_public_keys_and_a_withdrawn_one", "test_key_rotation_planned_and_emergency")),
    ("challenge, token, signature, status, redeem once, refresh, logins", ("test_a_challenge_is_good_once_and_for_ten_minutes", "test_a_changed_request_does_not_verify", "test_tokens_are_redeemed_once_and_of_the_right_kind", "test_enveloping_signatures_and_sha1_and_loose_ones")),
    ("seals own their NIP, test data, KSeF tokens, 415 without rights", ("test_a_stranger_needs_a_grant", "test_test_data_permissions", "test_tokens_are_listed_and_revoked", "test_tokens_are_pending_active_revoked")),
    ("interactive and batch sessions, sizes and hashes, lists, pages, filters", ("test_sizes_and_hashes_of_what_arrives_are_checked", "test_a_batch_as_tar_gz_in_two_parts", "test_batches", "test_batches_that_are_not_what_they_say", "test_lists_page_by_token_and_failed_ones_apart", "test_lists_of_sessions_by_every_filter")),
    ("processing takes its time; every fate of an invoice", ("test_a_slow_processing_is_polled", "test_the_fate_of_an_invoice", "test_a_duplicate_names_its_original", "test_midnight_makes_an_invoice_offline", "test_attachments_need_consent_and_a_batch")),
    ("names, hashes, places, dates and counts in answers", ("test_offline_as_declared_or_by_the_day", "test_lists_page_by_token_and_failed_ones_apart")),
    ("UPO of invoices and sessions, valid, with hash, by links that expire", ("test_upos_are_valid_and_links_need_no_token", "test_links_expire_and_cannot_be_changed")),
    ("metadata: filters, order, pages, truncation, high-water mark, 100 days", ("test_metadata_by_every_filter", "test_metadata_sorted_paged_and_truncated", "test_high_water_mark_and_late_records", "test_the_range_has_at_most_100_days")),
    ("exports in encrypted parts, truncated, empty, expired, ten at once", ("test_export_in_encrypted_parts_with_metadata", "test_export_truncated_empty_and_beyond_the_mark", "test_export_status_is_kept_for_days_and_ten_run_at_once")),
    ("download by number; seen only by those who stand on the invoice", ("test_visible_to_those_who_stand_on_it", "test_high_water_mark_and_late_records")),
    ("sliding windows, Retry-After, blocks that grow, limits set like test data", ("test_limits_are_told_and_held", "test_limits_can_be_set_like_test_data", "test_windows_slide_with_the_clock")),
    ("Latarnia by announcements", ("test_outage_with_latarnia_and_an_api_that_says_503", "tests/e2e/test_outage_day.py::test_a_day_of_two_failures_ends_with_every_invoice_delivered_in_time")),
    ("permissions given, taken, asked about; frozen in tokens; 403 with reasons", ("test_an_office_acts_for_its_client", "test_an_office_passes_its_right_on_to_its_people", "test_self_billing_needs_an_authorization", "test_a_grant_takes_its_time", "test_rights_that_lack_are_named", "test_sessions_of_others_need_introspection", "test_attachments_need_consent_and_a_batch")),
    ("technical corrections, and QR pages that verify", ("test_technical_corrections", "test_the_pages_behind_qr_codes_verify")),
    ("certificates: enrolled, retrieved, listed, revoked, made to expire", ("test_certificates_are_enrolled_retrieved_and_sign_in", "test_an_offline_certificate_does_not_sign_in_and_one_can_expire", "test_a_request_for_a_certificate_must_fit")),
    ("check digits by header, warnings echoed, blocked contexts", ("test_check_digits_by_the_feature_header", "test_system_warnings_are_echoed_when_a_test_asks", "test_blocked_contexts_end_in_480")),
    ("addresses that may call", ("test_addresses_that_may_call",)),
    ("sessions close or are cancelled by themselves, upload windows, empty ones", ("test_sessions_end_by_themselves", "test_storage_refuses_after_its_window", "test_a_closed_session_takes_nothing_and_an_empty_one_is_cancelled")),
    ("other forms; pages of a thousand", ("test_other_forms", "test_pages_of_a_thousand")),
    ("a page for demonstrations", ("test_the_page_for_demonstrations",)),
    ("collective identifiers, Peppol, EU entities, subunits, groups", ("test_collective_identifiers", "test_peppol_providers", "test_persons_subunits_and_eu_entities_are_granted_and_listed", "test_test_data_groups_issue_for_their_units")),
    ("UPO signed, and named as the test environments do", ("test_upo_signed_and_named_as_the_test_environments_do",)),
    ("every algorithm of signatures, enveloping, slow checks of certificates", ("test_signatures_by_every_algorithm", "test_enveloping_signatures_and_sha1_and_loose_ones", "test_slow_checks_of_certificates")),
    ("tokens by a key of the curve; TLS with an own authority and a swap (no HTTP/2: the server speaks HTTP/1.1)", ("test_tokens_by_a_key_of_the_curve", "test_tls_with_an_authority_of_its_own_and_a_swap")),
    ("traffic recorded as a HAR, and replayed", ("test_traffic_as_a_har", "test_a_har_is_replayed_call_by_call")),
)  # fmt: skip
# Fault of the checklist that is a state, not a rule → its test.
STATES = (
    ("key rotation, planned and emergency (`POST /_sim/keys`)", "test_key_rotation_planned_and_emergency"),
    ("access that ends in seconds (`token_seconds`)", "test_access_ends_early_and_rights_are_taken_midway"),
    ("clock skew, midnight during a session (`POST /_sim/clock`)", "test_clock_skew_and_midnight_during_a_session"),
    ("outage: Latarnia and an API that says 503 (`POST /_sim/latarnia`)", "test_outage_with_latarnia_and_an_api_that_says_503"),
    ("storage after its window", "test_storage_refuses_after_its_window"),
    ("permission taken back midway", "test_an_office_acts_for_its_client"),
)  # fmt: skip

TEXT = """\
# The sandbox: KSeF in a box

A simulator of the KSeF 2.x API for anybody who writes a program against it: real HTTP, real cryptography, the official
schema, rights, limits, and everything that goes wrong in practice. It shares no code with the bridge and needs none of
it. Nothing it accepts has legal force; its keys and tokens are worthless elsewhere.

```sh
ksef-bridge sandbox                                  # http://127.0.0.1:8765, a page to look at: /_sim
ksef-bridge sandbox --state ksef.bin --faults faults.json --settings settings.json --clock clock.json --tls tls/
```

| for | address |
|---|---|
| the API | `/v2` (and `/api/v2`) |
| Latarnia | `/latarnia/status`, `/latarnia/messages` |
| QR pages | `/invoice/…`, `/certificate/…` |
| whoever tests | `/_sim` (page), `/_sim/state`, `/_sim/reset`, `/_sim/faults`, `/_sim/settings`, `/_sim/clock`, `/_sim/latarnia`, `/_sim/keys`, `/_sim/har`, `/_sim/replay` |

## Sign in

A self-signed seal with `organizationIdentifier=VATPL-<NIP>` owns that NIP at once, as on the test environment. A person's
certificate needs `POST /v2/testdata/person` first; an office needs a grant (`POST /v2/permissions/entities/grants` by the
client, or `POST /v2/testdata/permissions`). `POST /v2/tokens` makes KSeF tokens. Links are built from the `Host` header,
so a name for 127.0.0.1 works with SDKs that refuse loopback addresses.

In a test written in Python:

```python
import httpx

from bridge.sandbox import Running

with Running(processing=2.0) as ksef:
    ksef.fault(do="status", code=503, method="POST", path="/auth/challenge")
    answers = [httpx.post(f"{ksef.url}/v2/auth/challenge").status_code for _ in range(2)]
    assert answers == [503, 200]
    assert ksef.accepted() == []
```

## Time

One clock decides on days, windows of limits, deadlines and expiry: `POST /_sim/clock` with `{"shift": 3600}`,
`{"frozen": "2026-05-11T10:00:00Z"}` or `{"at": "2026-05-11T08:00:00Z", "speed": 60}`. With `--clock FILE` it is kept in a
file `{"real": …, "shows": …, "speed": …}`; a program that reads the same file lives in the same time, as the bridge does
with `KSEF_BRIDGE_CLOCK=FILE` (in the sandbox environment only). Tokens live by the machine's clock, as SDKs compare
their end with it; `token_in_business_time` changes that.

## Faults

One format, as an object or a list of them: in a file (`--faults`), by `POST /_sim/faults`, or for one call in the header
`X-Sim-Fault`. `GET` lists the rules, `DELETE` clears them.

```json
{"do": "status", "code": 503, "body": "html", "method": "GET", "path": "/sessions/.*", "chance": 0.1, "count": null}
```

A rule fits by `method` and `path` (regular expressions; the path without `/v2`), `context` (NIP), `invoice` (regular
expression of the number), `since` and `until` (in the simulator's time). It lets `skip` calls go by, strikes with
`chance`, and `count` times (1 unless said otherwise; null: always).
"""
SETTINGS = """\
## Settings

By file (`--settings`) or `POST /_sim/settings`. What nobody knows of the real KSeF stands at the end.
"""
TESTS = """\
## What it can do, and which test shows it

Every answer in these tests is held against the official OpenAPI where that is at hand; the SDK `ksef-client` drives the
main roads (`tests/unit/sandbox/test_independent_client.py`).
"""


def page() -> str:
    """docs/sandbox.md."""
    faults = [(f"`{do}`", each.at, each.meaning, _code(sorted(PARAMETERS.get(do, ())))) for do, each in ACTIONS.items()]
    switches = [(f"`{each.name}`", f"`{each.default!r}`", each.meaning) for each in SWITCHES]
    boxes = [(box, _code(tests)) for box, tests in BOXES]
    parts = (
        TEXT,
        table(("do", "at", "what happens", "parameters"), faults),
        "What can be wrong with a package (`what` of `export`):\n",
        table(("what", "is wrong"), [(f"`{what}`", meaning) for what, meaning in PACKAGES.items()]),
        "Other troubles are states of the simulator:\n",
        table(("trouble", "shown by"), [(what, f"`{test}`") for what, test in STATES]),
        SETTINGS,
        table(("name", "default", "meaning"), switches),
        TESTS,
        table(("box", "tests"), boxes),
    )
    return "\n".join(parts).rstrip() + "\n"


def _code(names: object) -> str:
    assert isinstance(names, (list, tuple))
    return ", ".join(f"`{name}`" for name in names)
