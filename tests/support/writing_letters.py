"""Letters to the rights desk, and how far they are taken: found, checked, decided, approved, answered."""

from installation import MAIL
from second import read_and_approve

from kept.services.my_data import rights_answers, rights_decisions, rights_requests
from kept.services.my_data.rights_requests import Asked, Letter


async def came(installation, desk, *asked, criteria=None, channel="post", **letter):
    """A letter that asks; each thing asked is a kind alone, or kind, target and value. Its number is returned."""
    parts = [Asked(one) if isinstance(one, str) else Asked(*one) for one in asked]
    criteria = {"mail_address": MAIL} if criteria is None else criteria
    return await rights_requests.open_request(
        installation.engine, desk, channel=channel, criteria=criteria, asked=parts, letter=Letter(**letter)
    )


async def checked(installation, desk, request, check="in person", compared=()):
    """Who asks is checked."""
    await rights_decisions.check_identity(installation.engine, desk, request, check, compared)


async def granted(installation, desk, request):
    """Every part is granted."""
    found = await rights_requests.request_of(installation.engine, request)
    for place, _ in enumerate(found.parts):
        await rights_decisions.decide(installation.engine, desk, request, place, "granted")


async def asked_second(installation, desk, *asked, **how):
    """A letter whose parts are all granted, and that waits for a second."""
    request = await came(installation, desk, *asked, **how)
    await checked(installation, desk, request)
    await granted(installation, desk, request)
    await rights_decisions.ask_approval(installation.engine, desk, request)
    return request


async def approved(installation, desk, second, *asked, **how):
    """A letter that a second approved."""
    request = await asked_second(installation, desk, *asked, **how)
    await read_and_approve(rights_decisions.ANSWERING, installation.engine, second, request)
    return request


async def answered(installation, desk, request):
    """The answer."""
    return await rights_answers.answer(installation.engine, desk, request)
