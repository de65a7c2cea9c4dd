"""What a user of the simulator may set: name → default and meaning; the open points of KSeF (protocol.md, 12.5) too."""

from __future__ import annotations

from typing import Any, NamedTuple


class Switch(NamedTuple):
    """A setting with its default; its type is the default's."""

    name: str
    default: Any
    meaning: str


ON, OFF = True, False
SWITCHES: tuple[Switch, ...] = (
    Switch("processing", 0.0, "seconds from receipt of an invoice to its verdict"),
    Switch("batch_processing", 0.0, "the same for a batch, from closing"),
    Switch("limits", ON, "count calls and answer 429"),
    Switch("scale", 1.0, "all limits of calls times this"),
    Switch("night_scale", 1.0, "limits of downloads and exports between 20:00 and 06:00 Polish time, times this"),
    Switch("shared_groups", ON, "endpoints of a group share one counter; false: each has its own (other always has)"),
    Switch("block_growth", 2.0, "each call inside a block makes the block this many times longer"),
    Switch("token_seconds", 0.0, "life of an access token in seconds; 0: fifteen minutes"),
    Switch(
        "token_in_business_time", OFF, "tokens live by the simulator's clock; false: by the machine's, as SDKs expect"
    ),
    Switch("auth_seconds", 0.0, "seconds an authentication stays in 100, as with slow OCSP"),
    Switch("grant_seconds", 0.0, "seconds until a granted permission works"),
    Switch("token_activation_seconds", 0.0, "seconds a new KSeF token stays Pending"),
    Switch("enrollment_seconds", 0.0, "seconds until a certificate is issued"),
    Switch("strict_xades", ON, "a signature without SigningCertificate is refused (9105); false: warned of (sig-001)"),
    Switch("sha1", OFF, "SHA-1 in signatures is taken, as on TEST"),
    Switch("checksums", OFF, "check digits of NIPs and InternalIds are checked, as on production"),
    Switch("strict_characters", ON, "instructions and discouraged characters are refused (450); false: taken"),
    Switch("storage_lag", 0.0, "seconds from acceptance to permanent storage"),
    Switch("hwm", "", "the high-water mark stands still at this moment"),
    Switch("truncate_at", 10_000, "most invoices in one metadata answer or export"),
    Switch("export_seconds", 0.0, "seconds until an export is ready"),
    Switch("export_bytes", 1_000_000_000, "most bytes of compressed invoices in one export"),
    Switch("export_part_bytes", 50_000_000, "size of a part of an export"),
    Switch("link_seconds", 259_200.0, "life of links to UPO"),
    Switch("export_link_seconds", 3_900.0, "life of links to parts of exports; they are made anew at each status call"),
    Switch("upload_minutes", 20.0, "window of an upload, times the number of parts"),
    Switch("session_hours", 12.0, "life of a session that nobody closes"),
    Switch("upo_suffix", "", "behind the name of the Ministry in UPO, as the test environments write it"),
    Switch("upo_signed", OFF, "UPO carry a signature of the simulator's seal"),
    Switch("record", OFF, "keep traffic for /_sim/har"),
    # --- the open points: what nobody knows of the real KSeF stays a choice here -----------------------------------
    Switch("day_zone", "Europe/Warsaw", "zone in which P_1 and the day of receipt are compared"),
    Switch("number_zone", "Europe/Warsaw", "zone of the date inside a KSeF number"),
    Switch("refusal_size", 430, "status of an invoice that is too large"),
    Switch("refusal_day", 450, "status of an invoice of a day to come"),
    Switch("refusal_checksum", 450, "status of an invoice with a wrong check digit"),
    Switch("package_days", 7.0, "life of an export package"),
    Switch("tokens_end", "", "from this moment KSeF tokens are not active any more"),
)
DEFAULTS: dict[str, Any] = {each.name: each.default for each in SWITCHES}


def wrong(changes: dict[str, Any]) -> list[str]:
    """What is not a switch, or not of its type."""
    kinds = {each.name: (int, float) if type(each.default) in (int, float) else type(each.default) for each in SWITCHES}
    return [
        f"{name}: {value!r}"
        for name, value in changes.items()
        if name not in kinds or not isinstance(value, kinds[name]) or (isinstance(value, bool) != (kinds[name] is bool))
    ]
