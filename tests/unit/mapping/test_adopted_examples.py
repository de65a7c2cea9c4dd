"""An example claims files outside the sandbox only once a person has adopted it; what a person wrote goes before it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bridge.mapping.language.adopt import adopted
from bridge.mapping.language.choose import choose
from bridge.mapping.language.load import load
from bridge.mapping.language.parts import MappingFile
from bridge.model.errors import WrongRequest
from bridge.model.settings import Environment

SHIPPED = Path(__file__).resolve().parents[3] / "mappings"
EXAMPLES = sorted(path.name for path in SHIPPED.glob("*.yaml") if path.name != "uniwersalne.yaml")
SAMPLES = sorted(p.name for p in (SHIPPED / "probki" / "przyklady").iterdir() if "oczekiwane" not in p.name)


def loaded(folder: Path) -> list[MappingFile]:
    found = [load(path, (folder,))[0] for path in sorted(folder.glob("*.yaml"))]
    return [each for each in found if each is not None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / "mappings")


@pytest.mark.parametrize("environment", [each for each in Environment if each is not Environment.SANDBOX])
def test_no_example_claims_a_file_outside_the_sandbox(folder: Path, environment: Environment) -> None:
    known = loaded(folder)
    claimed = [name for name in SAMPLES if choose(name, known, environment)[0] is not None]
    assert claimed == ["uniwersalne_2026-02.xlsx"]
    assert all(choose(name, known)[0] or name.endswith(".ok") for name in SAMPLES)
    (said,) = choose("01_comarch_a.csv", known, environment)[1]
    assert (said.code, "mapping adopt 01_comarch" in said.advice) == ("P10", True)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_adopted_example_loses_one_line_and_claims(folder: Path, name: str) -> None:
    before = (folder / name).read_text("utf-8").splitlines()
    adopted(name.removesuffix(".yaml"), [folder])
    after = (folder / name).read_text("utf-8").splitlines()
    assert [line for line in before if not line.startswith("przyklad")] == after
    assert not next(each for each in loaded(folder) if each.name == name).example
    with pytest.raises(WrongRequest):
        adopted(name, [folder])


def test_what_a_person_wrote_goes_before_an_example(folder: Path) -> None:
    shutil.copyfile(folder / "01_comarch.yaml", folder / "nasze.yaml")
    adopted("nasze", [folder])
    for environment in Environment:
        chosen, problems = choose("01_comarch_a.csv", loaded(folder), environment)
        assert (chosen and chosen.name, problems) == ("nasze.yaml", [])
