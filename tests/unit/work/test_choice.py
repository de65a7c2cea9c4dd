"""How documents travel: each row of the table is a case of protocol.md, 7.3 and 9.3."""

from __future__ import annotations

import pytest

from bridge.ledger.sessions import ReadyGroup, Way
from bridge.model.settings import SendingSettings
from bridge.work.routing import Rooms, way_of

FREE = Rooms(1.0, 1.0)
AUTO = SendingSettings()
ALONE, TOGETHER = Way.INTERACTIVE, Way.BATCH


def group(
    form: str = "FA (3)", *, offline: bool = False, attachment: bool = False, technical: bool = False
) -> ReadyGroup:
    return ReadyGroup(form, offline, attachment, technical, 1)


CASES = {
    "one urgent invoice": (group(), 1, AUTO, FREE, ALONE),
    "two are not worth a batch": (group(), 2, AUTO, FREE, ALONE),
    "from three on a batch": (group(), 3, AUTO, FREE, TOGETHER),
    "many": (group(), 10_000, AUTO, FREE, TOGETHER),
    "a company's own threshold": (group(), 4, SendingSettings(batch_from=5), FREE, ALONE),
    "its own threshold reached": (group(), 5, SendingSettings(batch_from=5), FREE, TOGETHER),
    "batch from the first": (group(), 1, SendingSettings(batch_from=1), FREE, TOGETHER),
    "a company that wants no batches": (group(), 500, SendingSettings(mode="online"), FREE, ALONE),
    "a company that wants batches only": (group(), 1, SendingSettings(mode="batch"), FREE, TOGETHER),
    "offline documents by the same rule": (group(offline=True), 3, AUTO, FREE, TOGETHER),
    "an attachment alone": (group(attachment=True), 1, AUTO, FREE, TOGETHER),
    "an attachment whatever the setting": (group(attachment=True), 1, SendingSettings(mode="online"), FREE, TOGETHER),
    "a technical correction": (group(technical=True), 50, AUTO, FREE, ALONE),
    "a technical correction with an attachment": (group(technical=True, attachment=True), 1, AUTO, FREE, ALONE),
    "a technical correction whatever the setting": (
        group(technical=True),
        1,
        SendingSettings(mode="batch"),
        FREE,
        ALONE,
    ),
    "PEF": (group("PEF (3)"), 100, AUTO, FREE, ALONE),
    "a correction of PEF": (group("PEF_KOR (3)"), 100, SendingSettings(mode="batch"), FREE, ALONE),
    "FA_RR as FA": (group("FA_RR (1)"), 3, AUTO, FREE, TOGETHER),
    "little left of the hour": (group(), 1, AUTO, Rooms(0.29, 1.0), TOGETHER),
    "enough left of the hour": (group(), 1, AUTO, Rooms(0.3, 1.0), ALONE),
    "no batch may be opened now": (group(), 3, AUTO, Rooms(0.5, 0.0), ALONE),
    "neither has room": (group(), 3, AUTO, Rooms(0.0, 0.0), TOGETHER),
}


@pytest.mark.parametrize("case", CASES)
def test_way(case: str) -> None:
    found, together, setting, rooms, wanted = CASES[case]
    assert way_of(found, together, setting, rooms) is wanted
