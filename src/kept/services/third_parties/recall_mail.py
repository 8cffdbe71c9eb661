"""The mail that brings a recall to a recipient's desk: the signed file attached, and words that name nobody."""

from __future__ import annotations

from datetime import UTC, datetime

from kept.channels.handed import Handed
from kept.channels.written_mail import Attached, Mail, write_mail
from kept.errors import BusyError, SettingError
from kept.policy.day import day_of
from kept.policy.model import Recipient
from kept.policy.words import Exit
from kept.services.engine.engine import Engine
from kept.services.messages.mail import MailDispatcher

TITLE = "Recall {file} / 提供情報の利用停止等のご連絡 {file}"
TEXT = """{controller} asks you to act on the attached file (recall {file}), made on {day}: give up what it names as withdrawn or
removed, and stop using what it names as corrected. It opens with your key: kept recipient open. Please confirm it by
its date to {contact}, with its number and its answer (`confirm with`).

添付ファイル（番号 {file}、{day}作成）に記載の情報について、撤回・削除とあるものは消去し、訂正とあるものは古い値の利用を
停止してください。ファイルは貴社の鍵で開けます（kept recipient open）。期日までに、番号と
ファイル内の確認語（confirm with）を添えて {contact} へご確認のご連絡をお願いいたします。
"""


async def mail_file(engine: Engine, declared: Recipient, file_id: str, file: bytes, at: float) -> None:
    """Mail a recall's file; return once a mail server took it.

    Args:
        engine: Open.
        declared: The recipient, with a `contact`.
        file_id: The file's.
        file: Sealed and signed.
        at: When it was made, unix seconds.

    Raises:
        SettingError: This installation sends no mail.
        BusyError: The mail server did not take it, or nobody knows whether it did.
    """
    dispatcher = engine.dispatchers.get(Exit.MAIL)
    if not isinstance(dispatcher, MailDispatcher):
        raise SettingError(
            "expected a mail server for the recipient's desk, found none",
            reason="channel-missing",
            hint="start with --mail-server, or fetch the file and hand it over",
        )
    controller = engine.policy.policy.controller
    sender, said = controller["contact"], {"file": file_id[:8], "day": day_of(at, engine.zone)}
    content = write_mail(
        Mail(
            message_id=f"recall-{file_id}",
            sender=sender,
            sender_name=controller["name"],
            recipient=declared.contact,
            title=TITLE.format(**said),
            text=TEXT.format(**said, controller=controller["name"], contact=sender),
            list_id="",
            stop="",
            at=datetime.fromtimestamp(engine.clock.now(), tz=UTC),
            attached=Attached(f"recall-{file_id[:8]}.json", file),
        )
    )
    async with dispatcher.server.turn(sender) as line:
        handed = await line.send(declared.contact, content) if line is not None else Handed.FAULT
    if handed is not Handed.SENT:
        raise BusyError(
            f"expected the mail server to take the recall, found: {dispatcher.trouble or handed.value}",
            reason="recall-not-mailed",
            hint="nothing counts as told; try again, or fetch the file and hand it over",
            rests_on="recipients",
        )
