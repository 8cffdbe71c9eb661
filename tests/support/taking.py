"""Instances for the tests of §2.4: one file of each kind, and who makes and who takes part."""

from __future__ import annotations

import itertools

from second import read_and_approve
from tests.support.installation import confirm_all

from kept.services.forms.instance_record import standing
from kept.services.instances import instances
from kept.services.instances.participations import present_part, take_part

DAY = 86400.0
SURVEY = """id: survey
point: questionnaire
title:
  en: "A survey"
  ja: "アンケート"
closes: 2027-03-31
questions:
  how:
    type: one-of
    segments: true
    ask:
      en: "How?"
      ja: "どのように"
    of:
      words:
        en: "By words"
        ja: "言葉で"
      chance:
        en: "By chance"
        ja: "偶然に"
  content:
    type: scale
    from: 1
    to: 5
    ask:
      en: "How content?"
      ja: "満足度"
  wish:
    type: text
    ask:
      en: "What else?"
      ja: "ほかには"
"""
CONTEST = """id: caption
point: contest
title:
  en: "A caption"
  ja: "題"
closes: 2027-03-31
prizes: 1
"""
SWEEPSTAKE = """id: calendar
point: sweepstake
title:
  en: "A calendar"
  ja: "カレンダー"
closes: 2027-03-31
prizes: 2
public-number:
  en: "A closing value"
  ja: "終値"
number-day: 2027-04-02
"""
EVENT = """id: afternoon
point: event
title:
  en: "An afternoon"
  ja: "午後の会"
closes: 2027-03-31
capacity: 2
"""
_logins = (f"judge{n}" for n in itertools.count())


class InstanceDesk:
    """One instance and the member of staff who looks after it."""

    def __init__(self, installation, session, instance_id: str) -> None:
        self.installation, self.session, self.id = installation, session, instance_id

    async def enter(self, own, *fields, language: str = "en"):
        """Take part as somebody does: the form shown first."""
        form = await present_part(self.installation.engine, own, self.id, language)
        engine = self.installation.engine
        entered = await take_part(engine, own, self.id, language=language, unverified_token=form.token, fields=fields)
        await confirm_all(engine, own.person_id)
        return entered

    async def close(self):
        """Close it."""
        return await instances.close_instance(self.installation.engine, self.session, self.id)

    async def now(self):
        """Where it stands."""
        return await standing(self.installation.engine, self.id)


async def open_with_second(installation, session, instance_id: str, role: str = "privacy") -> None:
    """Open one; where it asks questions, a second member of staff approves them."""
    found = await instances.open_instance(installation.engine, session, instance_id)
    if found.status == "draft":
        second = await installation.staff(next(_logins), (role,))
        await read_and_approve(instances.OPENING, installation.engine, second, instance_id)


async def opened(installation, file: str, role: str) -> InstanceDesk:
    """Draft and open one."""
    session = await installation.staff(next(_logins), (role,))
    made = await instances.draft(installation.engine, session, file)
    await open_with_second(installation, session, made.id)
    return InstanceDesk(installation, session, made.id)
