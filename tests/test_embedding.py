"""The ten lines an engineer embeds Kept with, run for real."""

from __future__ import annotations

import pytest
from cited import cited
from installation import MAIL, NAME, PASSWORD, POLICY

import kept
from kept.crypto.password import QUICK, Passwords
from kept.errors import DeniedError, SignInError
from kept.services.engine.installation import Settings

pytestmark = pytest.mark.anyio


class Mailer:
    """Where the value goes: the engineer's own mailer."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, text: str) -> None:
        """Send."""
        self.sent.append(text)


@pytest.fixture
async def service_credential(tmp_path, anyio_backend):
    """A shop with one customer, and a credential for contact."""
    async with kept.open(
        POLICY, f"sqlite:///{tmp_path / 'shop.db'}", settings=Settings(passwords=Passwords(QUICK))
    ) as k:
        issued = await k.join(PASSWORD, language="en")
        me = await k.session(await k.sign_in(issued.login_name, PASSWORD))
        await me.submit(
            await me.form("registration", "en"), {"name": NAME, "mail_address": MAIL, "phone": "090-1234-5678"}
        )
        return await k.operator("test").issue_credential("shop-mailer", "support", ["contact"])


async def test_the_ten_lines_of_the_readme(tmp_path, service_credential, capsys):
    """Open, act, find in any spelling, read, print safely, open once."""
    my_mailer = Mailer()
    async with kept.open(POLICY, f"sqlite:///{tmp_path / 'shop.db'}") as k, k.acting(service_credential) as desk:
        person = await desk.find(mail_address="ＣＡＮＡＲＹ.Mori@Example.JP")
        card = await desk.read(person, ["name", "phone"], exit="app")
        print(card.name)  # noqa: T201 -- the example prints it
        with card.name.open() as text:
            await my_mailer.send(text)
    assert my_mailer.sent == [NAME]
    assert capsys.readouterr().out == "<name released for contact>\n"
    assert repr(person) == "<a person>"


async def test_the_desk_refuses_what_its_purpose_does_not_use(tmp_path, service_credential):
    """An item outside the purpose is refused with the clause; withheld, the others still come, and it says why not."""
    async with kept.open(POLICY, f"sqlite:///{tmp_path / 'shop.db'}") as k, k.acting(service_credential) as desk:
        person = await desk.find(mail_address=MAIL)
        with pytest.raises(DeniedError) as refused:
            await desk.read(person, ["name", "interests"], exit="app")
        assert (cited(refused.value), refused.value.step, refused.value.items) == ("§4.5", 3, ("interests",))
        card = await desk.read(person, ["name", "interests"], exit="app", on_denial="withhold")
        assert card.withheld == {"interests": "§4.5"}
        with pytest.raises(AttributeError, match="withheld under §4"):
            _ = card.interests


async def test_a_wrong_credential_gets_no_desk(tmp_path, service_credential):
    """One changed character of the credential is no credential."""
    async with kept.open(POLICY, f"sqlite:///{tmp_path / 'shop.db'}") as k:
        with pytest.raises(SignInError):
            async with k.acting(service_credential[:-1] + ("a" if service_credential[-1] != "a" else "b")):
                pass
