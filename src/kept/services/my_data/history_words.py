"""What happened to a person, in a sentence of the reader's language: for the page of my data, and for what they take along."""

from __future__ import annotations

from collections.abc import Mapping

from kept.policy.model import Policy
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.entry import Account

Wording = tuple[str, str]
"""English, and Japanese."""

SAID: Mapping[str, Wording] = {
    Act.CONTACT_WRITE: ("{who} wrote to you", "{who}がお客様にご連絡しました"),
    Act.PROGRAM_WRITE: ("{who} wrote to you", "{who}がお客様にご連絡しました"),
    Act.LETTER_PRINT: (
        "A letter to you was printed; opened for it: {items}",
        "お客様宛てのお手紙を印刷しました。そのために開いた項目：{items}",
    ),
    Act.CALL_REVEAL: ("{who} opened, to call you: {items}", "{who}が、お電話のために開きました：{items}"),
    Act.CALL_END: ("A call to you ended", "お客様へのお電話が終わりました"),
    Act.FAX_END: ("A fax to you was sent", "お客様宛てのファクスを送信しました"),
    f"{Act.FAX_END}/failed": ("A fax to you could not be sent", "お客様宛てのファクスは送信できませんでした"),
    f"{Act.VALUE_READ}/statistics": (
        "{who} counted, without your name: {items}",
        "{who}がお名前なしで集計しました：{items}",
    ),
    Act.VALUE_READ: ("{who} opened: {items}", "{who} が開きました：{items}"),
    Act.PERSON_FIND: ("{who} found you by: {items}", "{who} があなたを探しました：{items}"),
    Act.OWN_VIEW: ("You looked at your data", "ご自身の情報をご覧になりました"),
    Act.TAKE_ALONG: ("You took your data along", "ご自身の情報を持ち出しました"),
    Act.ACCOUNT_OPEN: ("You opened your account", "アカウントを作りました"),
    Act.ACCOUNT_SEEN: ("You signed in", "サインインしました"),
    Act.SIGN_IN_NEW_DEVICE: ("You signed in on a device not seen before", "初めての端末でサインインしました"),
    Act.EXTERNAL_LINK: (
        "You gave a code to one of our other systems: its own id names this account from now on",
        "当社の別のシステムにコードを伝えました。以後、そのシステムの番号がこのアカウントを指します",
    ),
    Act.DEVICE_COPIED: (
        "A copy of a device’s cookie was used; every device was forgotten",
        "端末のクッキーの複製が使われたため、すべての端末の記憶を解除しました",
    ),
    Act.VALUE_COLLECT: ("You gave: {items}", "ご提供いただきました：{items}"),
    f"{Act.VALUE_COLLECT}/instance": ("You took part", "参加しました"),
    f"{Act.VALUE_COLLECT}/empty": ("You sent the form, empty", "何も入力せずに送信しました"),
    Act.VALUE_TAKE_IN: (
        "Another company, which says that you agreed, gave: {items}",
        "他社が、ご本人の同意を得たとして提供しました：{items}",
    ),
    Act.WORD_CONFIRM: (
        "You confirmed what another company says you agreed to: {items}",
        "他社が同意を得たとしていることを確認されました：{items}",
    ),
    f"{Act.WORD_CONFIRM}/empty": (
        "You confirmed what another company says you agreed to",
        "他社が同意を得たとしていることを確認されました",
    ),
    Act.WORD_REFUSE: (
        "You said that you did not agree to what another company says",
        "他社が同意を得たとしていることに、同意していないと回答されました",
    ),
    Act.VALUE_CORRECT: ("You corrected: {items}", "訂正しました：{items}"),
    Act.VALUE_REMOVE: ("You took away: {items}", "取り除きました：{items}"),
    Act.CHOICE_ALLOW: ("You said yes", "「はい」を選びました"),
    Act.CHOICE_WITHDRAW: ("You said no", "「いいえ」を選びました"),
    Act.PART_END: ("You left, and took back what you gave for it", "参加をやめ、渡したものを取り戻しました"),
    Act.VALUE_COUNT: ("{who} counted, without your name: {items}", "{who}がお名前なしで集計しました：{items}"),
    Act.PUBLISH: (
        "{who} published what you agreed to: {items}",
        "{who}が、あなたの同意した範囲を公開しました：{items}",
    ),
    Act.USE_STOP: ("You stopped a use", "利用を止めました"),
    Act.ADVERTISING_MARK: ("You said that a message was advertising", "お知らせが広告だったと知らせました"),
    Act.USE_RESUME: ("You resumed a use", "利用を再開しました"),
    Act.ERASE_INTEND: ("An erasure was asked for", "消去のお申し込みがありました"),
    Act.ERASE_UNDO: ("The erasure was undone", "消去を取り消しました"),
    Act.RIGHTS_REQUEST_OPEN: (
        "A request about your own information was opened",
        "ご自身の情報についてのご請求を受け付けました",
    ),
    Act.RIGHTS_REQUEST_STEP: (
        "A request about your own information went a step on",
        "ご自身の情報についてのご請求の手続きが進みました",
    ),
    Act.RIGHTS_REQUEST_FINISH: (
        "A request about your own information was answered",
        "ご自身の情報についてのご請求にお答えしました",
    ),
    Act.DISCLOSURE_READ: (
        "{who} read an authority’s request about you",
        "{who}が、あなたについての公的機関の請求を読みました",
    ),
    Act.PROVIDE: (
        "{who} opened, to provide to {recipient}: {items}",
        "{who}が、{recipient}に提供するために開きました：{items}",
    ),
    Act.DISCLOSE: (
        "Disclosed to an authority, because a law requires it: {items}",
        "法令の定めにより機関に開示しました：{items}",
    ),
    Act.DISCLOSURE_TELL: (
        "From today we may tell you what a law forbade to tell before",
        "これまで法令によりお伝えできなかったことを、今日からお伝えできます",
    ),
    Act.MESSAGE_SEND: ("A message was sent to you, with: {items}", "ご案内をお送りしました。使用した情報：{items}"),
    Act.MESSAGE_AGAIN: (
        "A message that may not have arrived is sent again",
        "届いていない可能性のあるご案内を、もう一度お送りします",
    ),
    Act.STOP_LIST_ADD: ("Your address was put on a stop list", "宛先を配信停止リストに登録しました"),
    Act.CONFIRMATION_ASK: ("You were asked to confirm: {items}", "ご連絡先の確認をお願いしました：{items}"),
    Act.CONFIRM: ("You confirmed: {items}", "ご連絡先を確認しました：{items}"),
    Act.STOP_LIST_LIFT: ("Your address was taken off a stop list", "宛先を配信停止リストから外しました"),
    Act.CHOICE_BY_LINK: ("You said no, by a link in a message", "ご案内のリンクから、受け取りを停止されました"),
    Act.EMERGENCY_NAME: ("An emergency: the role {who} was lent", "緊急対応：「{who}」の役割が貸し出されました"),
    Act.EMERGENCY_READ: ("In an emergency, {who} opened: {items}", "緊急対応として、{who}が開きました：{items}"),
    Act.EMERGENCY_REVIEW: ("Somebody else looked at an emergency", "緊急対応を、別の担当者が確認しました"),
    Act.NO_LOG_REPLAY: (
        "After a restore from a backup, what you had said no to holds again",
        "バックアップからの復元の後、あなたが断ったことを、もう一度有効にしました",
    ),
    Act.RETENTION_END: ("What had ended was removed: {items}", "期限を迎えたものを取り除きました：{items}"),
    Act.VALUE_LOST: (
        "A value could not be read any more, and was removed: {items}",
        "読み出せなくなった値を取り除きました：{items}",
    ),
    Act.MESSAGE_LEAVE_OUT: ("A message to you was kept back", "お客様宛てのご連絡を差し止めました"),
}
"""By act, and by act and variant; an act that is never about a person has none."""

ONLY_REFUSED = frozenset({Act.ROLLBACK_FOUND, Act.SUBMISSION_REFUSE})
"""Acts that are about a person only as refusals."""

ASKED: Wording = ("{who} asked for: {items}", "{who} が求めたもの：{items}")
REFUSED: Wording = ("A request was refused", "請求をお断りしました")
SYSTEM: Wording = ("Our system", "当社のシステム")
LOGIN: Wording = ("your login name", "ログイン名")
UNDECLARED: Wording = ("something the policy does not declare", "ポリシーに宣言のないもの")
AND: Wording = (", ", "、")
OUTCOMES: Mapping[str, Wording] = {
    Outcome.PERMITTED: ("allowed", "許可"),
    Outcome.REFUSED: ("refused", "お断り"),
    Outcome.WITHHELD: ("kept back", "差し控え"),
    Outcome.DONE: ("done", "実施"),
    Outcome.FAILED: ("failed", "失敗"),
}


def in_words(wording: Wording, language: str, **values: str) -> str:
    """Return a wording in a language, English where it has no other, with its values."""
    return wording[language == "ja"].format(**values)


def said(account: Account, policy: Policy, language: str) -> str:
    """Return what an entry says, in a sentence to the person it is about.

    Args:
        account: Its account part.
        policy: In force: what it declares is called what its reader calls it.
        language: The reader's.
    """
    items = account.items or tuple(one.item for one in account.refused)
    facts = dict(account.facts)
    names = in_words(AND, language).join(item_title(policy, one, language) for one in items)
    role = policy.roles.get(account.role)
    values = {
        "who": role.titles[language] if role is not None else account.role or in_words(SYSTEM, language),
        "items": names or (in_words(LOGIN, language) if account.act == Act.PERSON_FIND else ""),
        "recipient": party_title(policy, facts.get("recipient", ""), language),
    }
    if account.outcome == Outcome.REFUSED:
        return in_words(ASKED if names else REFUSED, language, **values)
    wording = SAID.get(f"{account.act}/{_variant(account, names, facts)}") or SAID.get(account.act)
    return in_words(wording, language, **values) if wording else account.act


def _variant(account: Account, names: str, facts: Mapping[str, str]) -> str:
    if account.act == Act.FAX_END and account.outcome != Outcome.DONE:
        return "failed"
    if account.exit == "statistics":
        return "statistics"
    if names:
        return ""
    return "instance" if "instance" in facts else "empty"


def item_title(policy: Policy, slot: str, language: str) -> str:
    """Return what an item is called, by a slot of it."""
    item = policy.items.get(slot.partition("#")[0])
    return item.titles[language] if item is not None else in_words(UNDECLARED, language)


def party_title(policy: Policy, recipient: str, language: str) -> str:
    """Return what a third party is called; its word where the policy declares it no more."""
    declared = policy.recipients.get(recipient)
    return declared.names[language] if declared is not None else recipient
