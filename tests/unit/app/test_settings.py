"""bridge.toml → Settings or all its mistakes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.app.former_settings import FORMER_KEYS
from bridge.app.settings import _CERTIFICATE, _COMPANY, _OFFLINE, _PICTURES, _SENDING, _TOP, load
from bridge.model.settings import Certificate, Environment, Pictures, Secret

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """environment = "sandbox"
data = ".ksef-bridge"
[[company]]
nip = "1111111111"
name = "Firma"
inbox = "inbox"
outbox = "outbox"
mappings = ["mappings"]
certificate = { file = "owner-only/ksef.p12", password = "env:P12" }
wait_for_whole = "30 s"
"""


def _codes(folder: Path, text: str) -> list[tuple[str, tuple[int, ...]]]:
    path = folder / "bridge.toml"
    path.write_text(text, "utf-8")
    return [(each.code, each.rows) for each in load(path, {"P12": "x"})[1]]


def test_paths_resolve_against_the_file(tmp_path: Path) -> None:
    assert _codes(tmp_path, GOOD) == []
    settings, _ = load(tmp_path / "bridge.toml", {"P12": "x"})
    assert settings is not None
    assert settings.environment is Environment.SANDBOX
    (company,) = settings.companies
    assert company.inbox == (tmp_path / "inbox").resolve()
    assert company.wait_for_whole == timedelta(seconds=30)
    assert company.credential == Certificate((tmp_path / "owner-only/ksef.p12").resolve(), Secret("env", "P12"))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("sandbox", "prod", ("U05", (1,))),
        ("sandbox", "production", ("U12", (4,))),
        ('data = ".ksef-bridge"', "", ("U04", ())),
        ("outbox =", "outbx =", ("U02", (7,))),
        ('"1111111111"', '"1111111112"', ("U06", (4,))),
        ('"outbox"', '"inbox/out"', ("U07", (7,))),
        ('"env:P12"', '"tajne"', ("U08", (9,))),
        ('"30 s"', '"pół godziny"', ("U03", (10,))),
        ('"30 s"', '"30 s"\noffline = { mode = "awaria_calkowita" }', ("U05", (11,))),
        ("[[company]]", 'api_url = "http://127.0.0.1"\n[[company]]', None),
        ('= "Firma"', "= ", ("U01", (5,))),
    ],
)
def test_each_mistake_has_its_code_and_line(
    tmp_path: Path, old: str, new: str, expected: tuple[str, tuple[int, ...]] | None
) -> None:
    codes = _codes(tmp_path, GOOD.replace(old, new))
    assert expected in codes if expected else codes == []


def test_a_secret_in_the_clear_is_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text(GOOD.replace("env:P12", "bardzo-tajne"), "utf-8")
    settings, problems = load(path, {})
    assert settings is None
    assert "bardzo-tajne" not in repr(problems)


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    twice = GOOD + GOOD.partition('sandbox"\n')[2].partition("\n")[2]
    assert {code for code, _ in _codes(tmp_path, twice.replace("sandbox", "demo2"))} >= {"U05", "U07", "U10"}


def test_the_offline_table_and_pictures_are_read(tmp_path: Path) -> None:
    certificate = '{ file = "owner-only/offline.p12", password = "env:OFFLINE_PASSWORD" }'
    tables = f'offline = {{ mode = "offline24", after = "5 min", certificate = {certificate} }}\npictures = {{ of = "all" }}\n'
    (tmp_path / "bridge.toml").write_text(GOOD + tables, "utf-8")
    settings, problems = load(tmp_path / "bridge.toml", {"P12": "x"})
    assert problems == []
    assert settings is not None
    (company,) = settings.companies
    assert (company.offline.mode, company.offline.after) == ("offline24", timedelta(minutes=5))
    assert company.offline.certificate == Certificate(
        tmp_path / "owner-only" / "offline.p12", Secret("env", "OFFLINE_PASSWORD")
    )
    assert company.pictures == Pictures("all")


def test_a_secret_in_the_offline_table_is_refused(tmp_path: Path) -> None:
    table = 'offline = { certificate = { file = "o.p12", password = "bardzo-tajne" } }\n'
    (tmp_path / "bridge.toml").write_text(GOOD + table, "utf-8")
    _, problems = load(tmp_path / "bridge.toml", {"P12": "x"})
    assert [each.code for each in problems] == ["U08"]
    assert "bardzo-tajne" not in str(problems)


@pytest.mark.parametrize(
    "line",
    [
        'certificate = { file = 1, password = "s3cret" }',
        'token = ["s3cret"]',
        'passwort = "s3cret"',
        'ledger = ["postgresql://u:s3cret@host/db"]',
        'api_url = ["https://u:s3cret@host"]',
    ],
)
def test_no_line_that_may_hold_a_secret_is_shown(line: str, tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text(f'environment = "wrong"\n{line}\n[[company]]\nnip = "1"\n{line}\n', "utf-8")
    _, problems = load(path, {})
    assert problems
    assert "s3cret" not in str(problems)
    assert [each.excerpt for each in problems if each.field == "environment"] == [
        '    1 | environment = "wrong"\n      | ^'
    ]


OLD = list(FORMER_KEYS.items())


def _placed(key: str, line: str) -> str:
    """A setting in the table where it stands: at the top, in a company, or in one of its tables."""
    if key == "bank_rates":
        return f"{line}\n{GOOD}"
    table = {"mode": "offline", "after": "offline", "of": "pictures"}.get(key)
    return GOOD.replace('wait_for_whole = "30 s"\n', f"{table} = {{ {line} }}\n" if table else f"{line}\n")


def _messages(folder: Path, text: str) -> list[str]:
    (folder / "bridge.toml").write_text(text, "utf-8")
    settings, problems = load(folder / "bridge.toml", {"P12": "x"})
    assert settings is None
    return [f"{each.code} {each.message}" for each in problems]


@pytest.mark.parametrize(("old", "new"), OLD)
def test_an_old_setting_is_refused_and_its_new_name_told(tmp_path: Path, old: str, new: str) -> None:
    assert _messages(tmp_path, _placed(new, f"{old} = true")) == [f"U02 Ustawienie „{old}” nazywa się teraz „{new}”."]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('after_deadline = "wstrzymaj"', "U05 Ustawienie „after_deadline”: dozwolone: hold, send; zamiast „wstrzymaj” pisz „hold”."),
        ('po_terminie = "wyslij"', "U02 Ustawienie „po_terminie” nazywa się teraz „after_deadline”; zamiast „wyslij” pisz „send”."),
        ('pictures = { of = "nie" }', "U05 Ustawienie „of”: dozwolone: offline, all, none; zamiast „nie” pisz „none”."),
        ('obrazy = { dla = "wszystkie" }', "U02 Ustawienie „obrazy” nazywa się teraz „pictures”; zamiast „dla” pisz „of”; zamiast „wszystkie” pisz „all”."),
        ('severities = { B22 = "wylaczona" }', "U13 Ustawienie „severities”: Reguła RB22: „wylaczona” nie jest wagą; możliwe: warning, error, off; zamiast „wylaczona” pisz „off”."),
        ('zasady = { RB22 = "blad" }', "U02 Ustawienie „zasady” nazywa się teraz „severities”; zamiast „blad” pisz „error”."),
        ('ok = "nie"', "U03 Ustawienie „ok”: oczekiwano: true albo false."),
    ],
)  # fmt: skip
def test_an_old_word_is_refused_and_its_new_one_told(tmp_path: Path, line: str, told: str) -> None:
    assert _messages(tmp_path, _placed("", line)) == [told]


def test_severities_are_kept_in_the_words_of_a_mapping(tmp_path: Path) -> None:
    text = _placed("", 'severities = { RB22 = "off", H04 = "error", A15 = "warning" }')
    (tmp_path / "bridge.toml").write_text(text, "utf-8")
    settings, problems = load(tmp_path / "bridge.toml", {"P12": "x"})
    assert problems == []
    assert settings is not None
    assert settings.companies[0].severities == {"B22": "wylaczona", "H04": "blad", "A15": "ostrzezenie"}


@pytest.mark.parametrize("table", [_TOP, _COMPANY, _CERTIFICATE, _OFFLINE, _PICTURES, _SENDING])
def test_a_key_is_english_and_named_like_its_attribute(table: dict[str, tuple[str, object]]) -> None:
    others = {"company": "companies", "quiet_seconds": "quiet", "ok": "ok_files"}
    assert {key: attribute for key, (attribute, _) in table.items() if key != attribute}.items() <= others.items()
    assert not set(table) & set(FORMER_KEYS)
