"""Version, changelog and the pages for contributors belong together."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

import bridge

ROOT = Path(__file__).resolve().parents[3]
CONTRIBUTING = ("CONTRIBUTING.md", "RELEASING.md", "SECURITY.md", ".github/pull_request_template.md", "README.md")


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_version_and_changelog_agree() -> None:
    headings = re.findall(r"(?m)^## \[(\d+\.\d+\.\d+)\] - (\S+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert headings, "CHANGELOG.md has no version"
    newest, day = headings[0]
    assert newest == bridge.__version__ == project()["version"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", when) for _, when in headings[1:])
    assert day == "unreleased" or re.fullmatch(r"\d{4}-\d\d-\d\d", day)


def test_what_contributors_are_told_to_make_can_be_made() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8")))
    for page in CONTRIBUTING:
        told = set(re.findall(r"(?:`|^    )make ([a-z]+)", (ROOT / page).read_text("utf-8"), re.MULTILINE))
        assert told <= targets, f"{page}: {told - targets}"


def test_links_of_the_pages_for_contributors_lead_somewhere() -> None:
    pages = [
        *(ROOT / page for page in CONTRIBUTING),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs/design").glob("*.md"),
    ]
    for page in pages:
        for target in re.findall(r"\]\(((?:https://)?[\w./-]+)[)#]", page.read_text("utf-8")):
            assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_workflow_and_the_forms_are_yaml_and_leave_out_what_is_not_part_of_the_project() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
    assert workflow["env"] == {"KSEF_BRIDGE_WITHOUT_SHARED": "1"}
    assert set(workflow["jobs"]) == {"test", "lint"}
    for form in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"):
        assert {"name", "description", "body"} <= set(yaml.safe_load(form.read_text("utf-8")))


def test_hooks_run_what_lint_runs() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    lint = re.search(r"(?ms)^lint:.*?\n\n", (ROOT / "Makefile").read_text("utf-8"))
    assert lint is not None
    for hook in hooks:
        tool = " ".join(hook["entry"].removeprefix(".venv/bin/").split()[:2]).removesuffix(" --fix")
        assert tool in lint[0], tool
