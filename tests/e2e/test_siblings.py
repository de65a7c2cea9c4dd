"""Invented siblings of faults that were found from outside: other fields, kinds and texts of each kind, by `convert`."""

from __future__ import annotations

import json
import re
import shutil
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from typer.testing import CliRunner

from bridge.cli import app

HERE = Path(__file__).parent / "siblings"
CASES = json.loads((HERE / "cases.json").read_text("utf-8"))
NOT_COUNTED = {"RA15", "D19", "P20"}  # said of every such file, whatever stands in it
SETTINGS = """environment = "sandbox"
api_url = "http://127.0.0.1:9"
data = ".ksef-bridge"
[[company]]
nip = "1111111111"
name = "Zakład Próbny"
inbox = "inbox"
outbox = "outbox"
mappings = ["."]
certificate = { file = "owner-only/ksef.p12", password = "env:KSEF_P12_PASSWORD" }
quiet_seconds = 0
"""


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each['kind']}-{each['name']}")
def test_a_sibling_is_right(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KSEF_BRIDGE_CLOCK", "2026-11-27T10:00:00+00:00")
    monkeypatch.setenv("KSEF_P12_PASSWORD", "pokaz")
    Path("bridge.toml").write_text(SETTINGS, "utf-8")
    for shared in HERE.glob("*.yaml"):
        shutil.copy(shared, tmp_path)
    for name, text in case["files"].items():
        raw = text.encode() if isinstance(text, str) else text["cp1250"].encode("cp1250")
        Path(name).write_bytes(raw)
    names = list(case["files"])
    mapped = ["convert", *names[:-1], "--mapping", names[-1], "--out", "xml", "--json"]
    ran = CliRunner().invoke(app, mapped if len(names) > 1 else ["check", "--json", *names])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    assert wrong(case["expect"], ran.exit_code, json.loads(ran.stdout)) == []


def wrong(expect: dict[str, Any], code: int, said: dict[str, Any]) -> list[str]:
    """What is not as the case wants it; of `any_of` one is enough."""
    found: list[str] = []
    tried = [wrong(each, code, said) for each in expect.get("any_of", [])]
    if tried and all(tried):
        found += min(tried, key=len)
    if "exit" in expect and code not in expect["exit"]:
        found.append(f"exit {code}")
    invoices = {each["number"]: each for file in said["files"] for each in file["invoices"]}
    for number, want in expect.get("invoices", {}).items():
        each = next(iter(invoices.values()), None) if number == "*" else invoices.get(number)
        found += [f"{number}: {what}" for what in (_of_invoice(each, want) if each else ["is not there"])]
    if "problems" in expect:
        every = [
            *(p for f in said["files"] for p in f["problems"]),
            *(p for i in invoices.values() for p in i["problems"]),
        ]
        text = " ".join(f"{each['message']} {each['advice']}" for each in every)
        found += [p for p in expect["problems"].get("message", []) if not re.search(p, text)]
        found += [c for c in expect["problems"].get("codes", []) if c not in {each["code"] for each in every}]
    return found + _of_xml(expect.get("xml", {}))


def _of_invoice(each: dict[str, Any], want: dict[str, Any]) -> list[str]:
    codes = {p["code"] for p in each["problems"] if p["severity"] in ("error", "warning")}
    text = " ".join(f"{p['message']} {p['advice']}" for p in each["problems"])
    found = [f"no {code}" for code in want.get("codes", []) if code not in codes]
    found += [code for code in want.get("no_codes", []) if code in codes]
    found += [f"no message {pattern}" for pattern in want.get("message", []) if not re.search(pattern, text)]
    if each["verdict"] != want.get("verdict", each["verdict"]):
        found.append(f"{each['verdict']} {sorted(codes)}")
    if "told" in want and not codes - set(want["told"]) - NOT_COUNTED:
        found.append("nothing is said of it")
    return found


def _of_xml(wanted: dict[str, dict[str, Any]]) -> list[str]:
    roots = [etree.parse(file).getroot() for file in sorted(Path("xml").glob("*.xml"))] if wanted else []
    made = {root.findtext("{*}Fa/{*}P_2"): root for root in roots}
    found = []
    for number, paths in wanted.items():
        for path, value in paths.items() if number in made else []:
            steps = path.removeprefix("count ").removeprefix("Faktura/").split("/")
            texts = [each.text or "" for each in made[number].iterfind(".//" + "/".join("{*}" + s for s in steps))]
            counted = path.startswith("count ")
            want = [value] if not isinstance(value, list) else value
            if (len(texts) != value) if counted else list(map(_plain, texts)) != list(map(_plain, want)):
                found.append(f"{number}: {path} = {texts}")
        if number not in made:
            found.append(f"no XML of {number}")
    return found


def _plain(value: object) -> object:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)
