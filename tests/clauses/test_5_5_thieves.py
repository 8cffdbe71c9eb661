"""§5.5: what a thief of one part has, as the threat model says it: K with the key folder, D with the key folder, the site's log."""

from __future__ import annotations

import contextlib
import logging
import shutil

import pytest
from asked import CONSOLE, SITE, Browser
from installation import MAIL, NAME, PHONE

from kept.crypto.aead import open_sealed
from kept.errors import KeptError
from kept.services.engine.key_files import KeyFiles
from kept.services.engine.keyring import INSTALLATION
from kept.store.sqlite import raw_count
from kept.vault.index import index_token
from kept.vault.sealed import wrap_binding

pytestmark = pytest.mark.anyio
VALUES = (NAME, MAIL, PHONE, "9012345678")


@pytest.fixture
async def stolen(installation, tmp_path):
    """An installation with a customer, and a copy of its key folder as it lay there."""
    await installation.mori()
    shutil.copytree(installation.address.key_folder, tmp_path / "stolen")
    (tmp_path / "stolen").chmod(0o700)
    return KeyFiles(tmp_path / "stolen")


def index_key(installation, provider, item):
    """Unwrap the index key of an item, as a thief of K and of the key folder does."""
    name = f"index:{item}"
    ((epoch, wrapped),) = installation.sql("SELECT epoch, wrapped FROM system_key WHERE name = ?", name, part="keys")
    return provider.unwrap(epoch, wrapped, wrap_binding(INSTALLATION, name, "installation", epoch))


async def test_k_with_the_key_folder_answers_guesses_and_holds_no_value(installation, stolen):
    """§5.5: the threat model says it: a guessed phone number is confirmed, a wrong one is not, and no value stands there."""
    key = index_key(installation, stolen, "phone")
    guesses = [f"+8190123456{number:02}" for number in range(100)]
    tokens = {index_token(key, "phone", guess): guess for guess in guesses}
    rows = installation.sql("SELECT token FROM index_token WHERE item = 'phone'", part="keys")
    assert [tokens[token] for (token,) in rows if token in tokens] == ["+819012345678"]
    await installation.close()
    assert not any(raw_count(installation.folder, "shop.keys", [one.encode() for one in VALUES]).values())


async def test_k_without_the_key_folder_answers_no_guess(installation, tmp_path):
    """§5.5 breach: with K alone, or with another installation's folder, no key unwraps and no token is made."""
    await installation.mori()
    other = KeyFiles(tmp_path / "other")
    other.create(1)
    with pytest.raises(KeptError):
        index_key(installation, other, "phone")
    ((wrapped,),) = installation.sql("SELECT wrapped FROM system_key WHERE name = 'index:phone'", part="keys")
    rows = installation.sql("SELECT token FROM index_token WHERE item = 'phone'", part="keys")
    assert (index_token(wrapped[:32], "phone", "+819012345678"),) not in rows


async def test_d_with_the_key_folder_opens_nothing(installation, stolen):
    """§5.5 breach: every sealed thing of D, tried with the root of the folder: nothing opens, and nothing lies open."""
    root = stolen._root(1)
    opened = 0
    tables = [name for (name,) in installation.sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tried = 0
    for table in tables:
        for row in installation.sql(f"SELECT * FROM {table}"):  # noqa: S608 -- a table's own name
            for cell in row:
                if isinstance(cell, bytes) and len(cell) > 28:
                    tried += 1
                    with contextlib.suppress(KeptError):
                        open_sealed(root, cell, b"")
                        opened += 1
    assert tried > 10
    assert opened == 0
    await installation.close()
    assert not any(raw_count(installation.folder, "shop", [one.encode() for one in VALUES]).values())


async def test_what_people_put_into_addresses_and_broken_forms_is_in_no_log(installation, caplog):
    """§5.5 breach: names in paths, queries, headers, cookies, file names and bodies that are none, on both hosts; no log has them."""
    caplog.set_level(logging.DEBUG)
    for at in (SITE, CONSOLE):
        browser = Browser(installation, at=at)
        await browser.get(f"/en/{NAME}?mail={MAIL}&phone={PHONE}")
        await browser.get(f"/{MAIL}/my-data")
        for path in ("/en/sign-in", "/en/registration", "/en/join", f"/en/receipts/{MAIL}"):
            await browser.post(path, login_name=MAIL, password=NAME, mail_address=MAIL, **{MAIL: NAME})
        browser.cookies["__Host-kept_session"] = MAIL
        browser.cookies["mori"] = NAME.encode("ascii", "ignore").decode() or "x"
        await browser.get("/en/my-data")
    ours = [one for one in caplog.records if not one.name.startswith("http")]  # the browser logs what it asks for
    said = "".join(f"{one.getMessage()} {one.exc_text}" for one in ours) + repr(await installation.ledger())
    assert not [one for one in VALUES if one in said]
