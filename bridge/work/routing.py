"""What waits, the company's setting and KSeF's budgets → interactively or in a batch; a pure function (protocol.md, 7.3, 9.3)."""

from __future__ import annotations

from typing import NamedTuple

from bridge.ledger.sessions import ReadyGroup, Way
from bridge.model.settings import SendingSettings

ONLY_INTERACTIVE = frozenset({"PEF (3)", "PEF_KOR (3)"})  # KSeF takes them in no batch
LITTLE = 0.3  # of the hour's interactive sendings: what is left is kept for the urgent


class Rooms(NamedTuple):
    """The share of an hour's budget that is still free, 0 to 1."""

    interactive: float  # invoiceSend
    batch: float  # batchSession


def way_of(group: ReadyGroup, together: int, setting: SendingSettings, rooms: Rooms) -> Way:
    """How a group travels; `together` documents of its form wait, those that could share a batch with it."""
    if group.technical or group.form_code in ONLY_INTERACTIVE:
        return Way.INTERACTIVE
    if group.attachment:
        return Way.BATCH
    if setting.mode != "auto":
        return Way.INTERACTIVE if setting.mode == "online" else Way.BATCH
    if rooms.batch <= 0 < rooms.interactive:
        return Way.INTERACTIVE
    return Way.BATCH if together >= setting.batch_from or rooms.interactive < LITTLE else Way.INTERACTIVE
