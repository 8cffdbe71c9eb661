"""What the page offers to download, given to `kept-verify` as it is."""

from __future__ import annotations

import re

import pytest
from asked import Browser
from installation import Installation

from kept_verify.__main__ import main

pytestmark = pytest.mark.anyio

PATHS = re.compile(r'href="(/[^"]+[.]tlog-proof|/ledger/key|/ledger/consistency/[0-9]+/[0-9]+)"')
NUMBERS = ["0x1", "-1", "%C2%B2", "%D9%A4", "9" * 5000, "01", "", "1.0"]


async def test_the_downloads_of_a_line_verify_with_an_older_checkpoint(tmp_path, capsys):
    """The proof, the key, the checkpoint of before and what joins it: exit 0, and the log only grew."""
    installation = Installation(tmp_path)
    await installation.open()
    own = await installation.join()
    await installation.engine.sequencer.integrate()
    older = installation.engine.sequencer.note
    other = await installation.join()
    await installation.engine.sequencer.integrate()
    browser = Browser(installation)
    await browser.sign_in(own)
    await installation.engine.sequencer.integrate()
    entry = re.search(r"/my-data/verify/([0-9a-f]+)", (await browser.get("/en/my-data")).text)
    assert entry
    page = (await browser.get(f"/en/my-data/verify/{entry[1]}")).text
    found = dict.fromkeys(PATHS.findall(page))
    assert len(found) == 3
    files = {}
    for path in found:
        answer = await browser.get(path)
        assert answer.status_code == 200
        files[path.rpartition(".")[2] if path.endswith("proof") else path.split("/")[2]] = answer.text
    (tmp_path / "proof").write_text(files["tlog-proof"], newline="")
    (tmp_path / "key").write_text(files["key"], newline="")
    size, newer = older.split("\n")[1], files["tlog-proof"].partition("\n\n")[2].split("\n")[1]
    joined = await browser.get(f"/ledger/consistency/{size}/{newer}")
    (tmp_path / "older").write_text(older, newline="")
    (tmp_path / "joined").write_text(joined.text, newline="")
    given = [str(tmp_path / "proof"), "--key", str(tmp_path / "key"), "--older", str(tmp_path / "older")]
    assert main([*given, "--consistency", str(tmp_path / "joined")]) == 0
    assert "extends the checkpoint you kept" in capsys.readouterr().out
    assert main(given) == 1
    assert other.person_id != own.person_id
    await installation.close()


async def test_my_data_says_whether_all_lines_are_there_and_gives_the_list(tmp_path, capsys):
    """The list and a proof, downloaded, verify; a line taken out of D is said missing on the page, in both languages."""
    installation = Installation(tmp_path)
    await installation.open()
    own = await installation.mori()
    browser = Browser(installation)
    await browser.sign_in(own)
    await browser.get("/en/my-data")
    await installation.engine.sequencer.integrate()
    page = (await browser.get("/en/my-data")).text
    counted = re.search(r"all ([0-9]+) are there", page)
    assert counted
    assert "missing" not in page
    entry = re.search(r"/my-data/verify/([0-9a-f]+)", page)
    chain, proof = tmp_path / "entries.chain", tmp_path / "proof"
    chain.write_text((await browser.get("/en/my-data/entries.chain")).text, newline="")
    proof.write_text((await browser.get(f"/en/my-data/proof/{entry[1]}.tlog-proof")).text, newline="")
    given = [str(proof), "--key", str(installation.engine.sequencer.verifier), "--chain", str(chain)]
    assert main(given) == 0
    assert f"nothing is left out up to entry {int(counted[1]) - 1}" in capsys.readouterr().out
    installation.sql("DELETE FROM entry_person WHERE person_id = ? AND number = 2", own.person_id)
    assert "those from 2 to 2 are missing" in (await browser.get("/en/my-data")).text
    assert "2番から2番までがありません" in (await browser.get("/ja/my-data")).text
    chain.write_text((await browser.get("/en/my-data/entries.chain")).text, newline="")
    assert main(given) == 1
    await installation.close()


async def test_a_size_that_is_none_is_not_found(tmp_path):
    """Signs, other digits, too many digits and sizes the log never had: not found, and never a fault of ours."""
    installation = Installation(tmp_path)
    await installation.open()
    await installation.join()
    await installation.engine.sequencer.integrate()
    browser = Browser(installation)
    most = installation.engine.sequencer.checkpoint.size
    assert (await browser.get(f"/ledger/consistency/{most}/{most}")).text == ""
    for older, newer in [(one, most) for one in NUMBERS] + [(0, one) for one in NUMBERS] + [(1, most + 1), (2, 1)]:
        assert (await browser.get(f"/ledger/consistency/{older}/{newer}")).status_code == 404, (older, newer)
    await installation.close()
