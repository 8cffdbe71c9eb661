"""§4.4: what advertises says who sends it, from where, who hears complaints and how to stop it; without that none starts."""

from __future__ import annotations

import pytest
from installation import POLICY, Installation
from reaching import text_of
from receiving import FILE, MailDesk

from clauses.test_4_4_letters_faxes_calls import PURPOSE, Marketing
from clauses.test_4_4_sending import people
from kept.errors import InputError
from kept.services.campaigns import campaigns
from kept.services.messages import letters

pytestmark = pytest.mark.anyio
ADDRESS, COMPLAINTS = "1-2-3 Kanda-Jimbocho", "complaints@photolibrary.example"


async def test_a_mail_shows_all_four(installation, desk):
    """§4.4 normal: below every mail, whatever the campaign's text says."""
    await people(installation, 1)
    await desk.sent()
    (mail,) = desk.box.received
    for words in ("Photolibrary", ADDRESS, COMPLAINTS, "how to stop it: https://"):
        assert words in mail.text, words


async def test_a_letter_and_a_fax_show_them_too(installation):
    """§4.4 normal: at the foot of the page."""
    desk = await Marketing(installation).begin()
    campaign = await desk.send("post")
    printed = " ".join(text_of((await letters.fetch(desk.engine, desk.ume, PURPOSE, "campaign", campaign)).pdf).split())
    await desk.send("fax", "winter-light")
    for pages in (printed, " ".join(text_of(desk.fax.sent[0][2]).split())):
        for words in ("Photolibrary", ADDRESS, COMPLAINTS, "How to stop it"):
            assert words in pages, words


@pytest.mark.parametrize("field", ["address", "complaints"])
async def test_without_them_no_campaign_starts(tmp_path, field):
    """§4.4 breach: the policy runs, and a campaign by mail is refused with what is missing and where to write it."""
    lines = POLICY.read_text("utf-8").splitlines(keepends=True)
    file = tmp_path / POLICY.name
    file.write_text(
        "".join(
            one
            for one in lines
            if not one.startswith((f"  {field}:", "law:", "  - jp-appi", "translations:", "  - ja"))
        ),
        "utf-8",
    )
    installation = Installation(tmp_path, file)
    await installation.open()
    desk = await MailDesk(installation).begin()
    with pytest.raises(InputError) as refused:
        await campaigns.draft(installation.engine, desk.ume, FILE)
    assert refused.value.reason == "imprint-missing"
    assert field in refused.value.message
    await desk.end()
    await installation.close()
