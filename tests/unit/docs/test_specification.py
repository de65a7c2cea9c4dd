"""What docs/design says in tables and lists is what the program has."""

from __future__ import annotations

import re
from pathlib import Path

from bridge.app.settings import load
from bridge.fa3.rules.table import BY_ID
from bridge.files.results import COLUMNS
from bridge.ledger.tables import META
from bridge.model.outcome import Status

DESIGN = Path(__file__).resolve().parents[3] / "docs/design"
RULE = re.compile(r"(?m)^\| ([A-I]\d\d) \| .* \| ([^|]+) \| [^|]* \| [^|]* \|$")
TABLE = re.compile(r"`(\w+)\(([\w ,|]+)\)`")


def page(name: str) -> str:
    return (DESIGN / name).read_text("utf-8")


def test_the_index_has_one_line_for_each_page() -> None:
    listed = re.findall(r"(?m)^- \[([\w-]+\.md)\]\(\1\)", page("README.md"))
    assert sorted(listed) == sorted(each.name for each in DESIGN.glob("*.md") if each.name != "README.md")


def test_the_ledger_has_the_tables_and_columns_of_the_page() -> None:
    text = page("ledger.md").partition("## Tables")[2].partition("\n## ")[0]
    for name in META.tables:
        assert f"`{name}" in text, f"ledger.md does not tell of {name}"
    for name, listed in TABLE.findall(text):
        columns = {each.split()[0] for each in re.split(r"[,|]", listed)}
        assert columns <= set(META.tables[name].columns.keys()), name


def test_the_settings_of_the_page_are_taken(tmp_path: Path) -> None:
    written = page("design.md").partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "bridge.toml").write_text(written, "utf-8")
    settings, problems = load(tmp_path / "bridge.toml", {"KSEF_P12_PASSWORD": "invented"})
    assert problems == []
    assert settings is not None


def test_results_have_the_columns_and_words_of_the_page() -> None:
    text = page("design.md")
    assert f"`{';'.join(COLUMNS)}`" in text
    assert re.findall(r"(?m)^\| `(\w+)` \|", text.partition("| `status` |")[2]) == [each.value for each in Status]


def test_each_rule_of_the_page_weighs_what_it_weighs_in_the_program() -> None:
    told = dict(RULE.findall(page("fa3.md")))
    assert set(told) <= set(BY_ID)
    for name, weight in told.items():
        known = BY_ID[name]
        other = f", or {'E' if known.otherwise.startswith('błąd') else 'W'}" if known.otherwise else ""
        assert weight == f"{known.severity.value[0].upper()}{other}", name
    left_out = set(BY_ID) - set(told)
    assert len(left_out) < 20, f"rows for docs/design/fa3.md, section 5: {sorted(left_out)}"
