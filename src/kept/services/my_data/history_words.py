"""What happened to a person, in a sentence of the reader's language: for the page of my data, and for what they take along."""

from __future__ import annotations

from collections.abc import Mapping

from kept.policy.channel import Wording
from kept.policy.model import Policy
from kept.policy.phrase import say
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.entry import Account

SAID: Mapping[str, Wording] = {
    Act.CONTACT_WRITE: {"en": "{who} wrote to you", "ja": "{who}がお客様にご連絡しました"},
    Act.PROGRAM_WRITE: {"en": "{who} wrote to you", "ja": "{who}がお客様にご連絡しました"},
    Act.LETTER_PRINT: {
        "en": "A letter to you was printed; opened for it: {items}",
        "ja": "お客様宛てのお手紙を印刷しました。そのために開いた項目：{items}",
    },
    Act.CALL_REVEAL: {"en": "{who} opened, to call you: {items}", "ja": "{who}が、お電話のために開きました：{items}"},
    Act.CALL_END: {"en": "A call to you ended", "ja": "お客様へのお電話が終わりました"},
    Act.FAX_END: {"en": "A fax to you was sent", "ja": "お客様宛てのファクスを送信しました"},
    f"{Act.FAX_END}/failed": {
        "en": "A fax to you could not be sent",
        "ja": "お客様宛てのファクスは送信できませんでした",
    },
    f"{Act.VALUE_READ}/statistics": {
        "en": "{who} counted, without your name: {items}",
        "ja": "{who}がお名前なしで集計しました：{items}",
    },
    Act.VALUE_READ: {"en": "{who} opened: {items}", "ja": "{who}が開きました：{items}"},
    Act.PERSON_FIND: {"en": "{who} found you by: {items}", "ja": "{who}がお客様を探しました：{items}"},
    Act.OWN_VIEW: {"en": "You looked at your data", "ja": "ご自身の情報をご覧になりました"},
    Act.TAKE_ALONG: {"en": "You took your data along", "ja": "ご自身の情報を持ち出しました"},
    Act.ACCOUNT_OPEN: {"en": "You opened your account", "ja": "アカウントを作りました"},
    Act.ACCOUNT_SEEN: {"en": "You signed in", "ja": "サインインしました"},
    Act.SIGN_IN_NEW_DEVICE: {
        "en": "You signed in on a device not seen before",
        "ja": "初めての端末でサインインしました",
    },
    Act.SIGN_IN_SEEN: {
        "en": "Somebody tried to sign in to your account and did not get in",
        "ja": "どなたかがお客様のアカウントへのサインインを試みましたが、成功しませんでした",
    },
    f"{Act.SIGN_IN_SEEN}/own-device": {
        "en": "A device you used before tried to sign in to your account and did not get in",
        "ja": "以前お使いになった端末から、お客様のアカウントへのサインインが試みられましたが、成功しませんでした",
    },
    f"{Act.SIGN_IN_SEEN}/many-accounts": {
        "en": "A network that tried to get into many accounts tried yours",
        "ja": "多くのアカウントを試したネットワークが、お客様のアカウントも試しました",
    },
    f"{Act.SIGN_IN_SEEN}/two-networks": {
        "en": "Your account was signed in to from two networks within minutes",
        "ja": "数分のうちに、二つのネットワークからお客様のアカウントへのサインインがありました",
    },
    Act.EXTERNAL_LINK: {
        "en": "You gave a code to one of our other systems: its own id names this account from now on",
        "ja": "当社の別のシステムにコードを伝えました。以後、そのシステムの番号がこのアカウントを指します",
    },
    Act.EXTERNAL_UNLINK: {
        "en": "You unlinked one of our other systems from this account",
        "ja": "当社の別のシステムとこのアカウントの連携を解除しました",
    },
    Act.PASSKEY_ADD: {"en": "You added a passkey", "ja": "パスキーを追加しました"},
    Act.PASSKEY_REMOVE: {"en": "You removed a passkey", "ja": "パスキーを削除しました"},
    Act.PASSWORD_SET: {"en": "You set a new password", "ja": "新しいパスワードを設定しました"},
    Act.PASSWORD_REMOVE: {"en": "You removed your password", "ja": "パスワードを削除しました"},
    Act.CODES_NEW: {
        "en": "You got new recovery codes; the old ones ended",
        "ja": "新しい回復コードを受け取り、古いコードは使えなくなりました",
    },
    Act.CODE_USE: {"en": "A recovery code was used to sign in", "ja": "回復コードでサインインがありました"},
    Act.DEVICE_FORGET: {"en": "You let a device be forgotten", "ja": "端末の記憶を消しました"},
    Act.DEVICE_COPIED: {
        "en": "A copy of a device’s cookie was used; every device was forgotten",
        "ja": "端末のクッキーの複製が使われたため、すべての端末の記憶を解除しました",
    },
    Act.VALUE_COLLECT: {"en": "You gave: {items}", "ja": "ご提供いただきました：{items}"},
    f"{Act.VALUE_COLLECT}/instance": {"en": "You took part", "ja": "参加しました"},
    f"{Act.VALUE_COLLECT}/empty": {"en": "You sent the form, empty", "ja": "何も入力せずに送信しました"},
    Act.VALUE_TAKE_IN: {
        "en": "Another company, which says that you agreed, gave: {items}",
        "ja": "他社が、ご本人の同意を得たとして提供しました：{items}",
    },
    Act.WITNESSED_ENTER: {
        "en": "Given on paper or by phone, entered by staff, waiting for a second: {items}",
        "ja": "書面またはお電話でお預かりし、担当者が入力しました（別の担当者の確認待ち）：{items}",
    },
    Act.WITNESSED_READ: {
        "en": "Staff compared with the paper or the call: {items}",
        "ja": "担当者が書面またはお電話の内容と照らし合わせました：{items}",
    },
    Act.VALUE_WITNESS: {
        "en": "Given on paper or by phone, entered by staff, witnessed by another: {items}",
        "ja": "書面またはお電話でお預かりし、担当者が入力、別の担当者が確認しました：{items}",
    },
    f"{Act.VALUE_WITNESS}/empty": {
        "en": "Choices given on paper or by phone, entered by staff, witnessed by another",
        "ja": "書面またはお電話で伺った選択を担当者が入力し、別の担当者が確認しました",
    },
    Act.DISOWN: {
        "en": "You took back what staff had entered for you",
        "ja": "担当者が入力した内容をお客様が取り消しました",
    },
    Act.WORD_CONFIRM: {
        "en": "You confirmed what another company says you agreed to: {items}",
        "ja": "他社が同意を得たとしていることを確認されました：{items}",
    },
    f"{Act.WORD_CONFIRM}/empty": {
        "en": "You confirmed what another company says you agreed to",
        "ja": "他社が同意を得たとしていることを確認されました",
    },
    Act.WORD_REFUSE: {
        "en": "You said that you did not agree to what another company says",
        "ja": "他社が同意を得たとしていることに、同意していないと回答されました",
    },
    Act.VALUE_CORRECT: {"en": "You corrected: {items}", "ja": "訂正しました：{items}"},
    Act.VALUE_REMOVE: {"en": "You took away: {items}", "ja": "取り除きました：{items}"},
    Act.CHOICE_ALLOW: {"en": "You said yes", "ja": "「はい」を選びました"},
    Act.CHOICE_WITHDRAW: {"en": "You said no", "ja": "「いいえ」を選びました"},
    Act.PART_END: {
        "en": "You left, and took back what you gave for it",
        "ja": "参加をやめ、渡したものを取り戻しました",
    },
    Act.VALUE_COUNT: {
        "en": "{who} counted, without your name: {items}",
        "ja": "{who}がお名前なしで集計しました：{items}",
    },
    Act.PUBLISH: {
        "en": "{who} published what you agreed to: {items}",
        "ja": "{who}が、お客様の同意した範囲を公開しました：{items}",
    },
    Act.INQUIRY_ASK: {"en": "You asked us to get in touch", "ja": "ご連絡を希望されました"},
    Act.INQUIRY_NOTE: {
        "en": "{who} noted that you asked us",
        "ja": "{who}が、お客様からお問い合わせがあったことを記録しました",
    },
    Act.INQUIRY_TAKE: {"en": "{who} took up what you asked", "ja": "{who}が、お問い合わせへの対応を始めました"},
    Act.USE_STOP: {"en": "You stopped a use", "ja": "利用を止めました"},
    Act.ADVERTISING_MARK: {"en": "You said that a message was advertising", "ja": "お知らせが広告だったと知らせました"},
    Act.USE_RESUME: {"en": "You resumed a use", "ja": "利用を再開しました"},
    Act.ERASE_INTEND: {"en": "An erasure was asked for", "ja": "消去のお申し込みがありました"},
    Act.ERASE_UNDO: {"en": "The erasure was undone", "ja": "消去を取り消しました"},
    Act.RIGHTS_REQUEST_OPEN: {
        "en": "A request about your own information was opened",
        "ja": "ご自身の情報についてのご請求を受け付けました",
    },
    Act.RIGHTS_REQUEST_STEP: {
        "en": "A request about your own information went a step on",
        "ja": "ご自身の情報についてのご請求の手続きが進みました",
    },
    Act.RIGHTS_REQUEST_FINISH: {
        "en": "A request about your own information was answered",
        "ja": "ご自身の情報についてのご請求にお答えしました",
    },
    Act.RIGHTS_REQUEST_READ: {
        "en": "{who} read a request about your own information",
        "ja": "{who}が、ご自身の情報についてのご請求を読みました",
    },
    Act.RIGHTS_REQUEST_ASK: {
        "en": "You asked about your own information",
        "ja": "ご自身の情報について請求されました",
    },
    Act.RIGHTS_REQUEST_FETCH: {
        "en": "You fetched the answer to a request",
        "ja": "ご請求への回答を受け取られました",
    },
    Act.DISCLOSURE_READ: {
        "en": "{who} read an authority’s request about you",
        "ja": "{who}が、お客様についての公的機関の請求を読みました",
    },
    Act.PROVIDE: {
        "en": "{who} opened, to provide to {recipient}: {items}",
        "ja": "{who}が、{recipient}に提供するために開きました：{items}",
    },
    Act.DISCLOSE: {
        "en": "Disclosed to an authority, because a law requires it: {items}",
        "ja": "法令の定めにより機関に開示しました：{items}",
    },
    Act.DISCLOSURE_TELL: {
        "en": "From today we may tell you what a law forbade to tell before",
        "ja": "これまで法令によりお伝えできなかったことを、今日からお伝えできます",
    },
    Act.MESSAGE_SEND: {
        "en": "A message was sent to you, with: {items}",
        "ja": "ご案内をお送りしました。使用した情報：{items}",
    },
    f"{Act.MESSAGE_SEND}/phone": {
        "en": "A call to you was prepared, with: {items}",
        "ja": "お客様へのお電話を準備しました。使用する情報：{items}",
    },
    f"{Act.MESSAGE_SEND}/post": {
        "en": "A letter to you was prepared, with: {items}",
        "ja": "お客様宛てのお手紙を準備しました。使用する情報：{items}",
    },
    Act.MESSAGE_AGAIN: {
        "en": "A message that may not have arrived is sent again",
        "ja": "届いていない可能性のあるご案内を、もう一度お送りします",
    },
    Act.FIRST_SIGN_IN: {
        "en": "You signed in for the first time, by the code of our message",
        "ja": "ご案内の番号で、はじめてサインインしました",
    },
    Act.STOP_LIST_ADD: {"en": "Your address was put on a stop list", "ja": "宛先を配信停止リストに登録しました"},
    Act.CONFIRMATION_ASK: {"en": "You were asked to confirm: {items}", "ja": "ご連絡先の確認をお願いしました：{items}"},
    Act.CONFIRM: {"en": "You confirmed: {items}", "ja": "ご連絡先を確認しました：{items}"},
    f"{Act.CONFIRM}/mistyped": {
        "en": "A code that does not fit was typed for: {items}",
        "ja": "合わないコードが入力されました：{items}",
    },
    Act.STOP_LIST_LIFT: {"en": "Your address was taken off a stop list", "ja": "宛先を配信停止リストから外しました"},
    Act.CHOICE_BY_LINK: {
        "en": "You said no, by a link in a message",
        "ja": "ご案内のリンクから、受け取りを停止されました",
    },
    Act.EMERGENCY_NAME: {
        "en": "An emergency: the role {who} was lent",
        "ja": "緊急対応：「{who}」の役割が貸し出されました",
    },
    Act.EMERGENCY_READ: {
        "en": "In an emergency, {who} opened: {items}",
        "ja": "緊急対応として、{who}が開きました：{items}",
    },
    Act.EMERGENCY_REVIEW: {"en": "Somebody else looked at an emergency", "ja": "緊急対応を、別の担当者が確認しました"},
    Act.NO_LOG_REPLAY: {
        "en": "After a restore from a backup, what you had said no to holds again",
        "ja": "バックアップからの復元の後、お客様がお断りになったことを、もう一度有効にしました",
    },
    Act.RETENTION_END: {"en": "What had ended was removed: {items}", "ja": "期限を迎えたものを取り除きました：{items}"},
    Act.VALUE_LOST: {
        "en": "A value could not be read any more, and was removed: {items}",
        "ja": "読み出せなくなった値を取り除きました：{items}",
    },
    Act.MESSAGE_LEAVE_OUT: {"en": "A message to you was kept back", "ja": "お客様宛てのご連絡を差し止めました"},
}
"""By act, and by act and variant; an act that is never about a person has none."""

ASKED: Wording = {"en": "{who} asked for: {items}", "ja": "{who}が求めたもの：{items}"}
REFUSED: Wording = {"en": "A request was refused", "ja": "請求をお断りしました"}
SYSTEM: Wording = {"en": "Our system", "ja": "当社のシステム"}
LOGIN: Wording = {"en": "your login name", "ja": "ログイン名"}
UNDECLARED: Wording = {"en": "something the policy does not declare", "ja": "ポリシーに宣言のないもの"}
AND: Wording = {"en": ", ", "ja": "、"}
OUTCOMES: Mapping[str, Wording] = {
    Outcome.PERMITTED: {"en": "allowed", "ja": "許可"},
    Outcome.REFUSED: {"en": "refused", "ja": "お断り"},
    Outcome.WITHHELD: {"en": "kept back", "ja": "差し控え"},
    Outcome.DONE: {"en": "done", "ja": "実施"},
    Outcome.FAILED: {"en": "failed", "ja": "失敗"},
}


def said(account: Account, policy: Policy, language: str) -> str:
    """Return what an entry says, in a sentence to the person it is about.

    Args:
        account: Its account part.
        policy: In force: what it declares is called what its reader calls it.
        language: The reader's.
    """
    items = account.items or tuple(one.item for one in account.refused)
    facts = dict(account.facts)
    names = say(AND, language).join(item_title(policy, one, language) for one in items)
    role = policy.roles.get(account.role)
    values = {
        "who": role.titles[language] if role is not None else account.role or say(SYSTEM, language),
        "items": names or (say(LOGIN, language) if account.act == Act.PERSON_FIND else ""),
        "recipient": party_title(policy, facts.get("recipient", ""), language),
    }
    if account.outcome == Outcome.REFUSED:
        return say(ASKED if names else REFUSED, language).format(**values)
    wording = SAID.get(f"{account.act}/{_variant(account, names, facts)}") or SAID.get(account.act)
    return say(wording, language).format(**values) if wording else account.act


def _variant(account: Account, names: str, facts: Mapping[str, str]) -> str:
    if account.act == Act.FAX_END and account.outcome != Outcome.DONE:
        return "failed"
    if account.act == Act.CONFIRM and account.outcome == Outcome.FAILED:
        return "mistyped"
    if account.act == Act.SIGN_IN_SEEN:
        return facts.get("kind", "")
    if account.exit == "statistics" or account.act == Act.MESSAGE_SEND:
        return account.exit
    if names:
        return ""
    return "instance" if "instance" in facts else "empty"


def item_title(policy: Policy, slot: str, language: str) -> str:
    """Return what an item is called, by a slot of it."""
    item = policy.items.get(slot.partition("#")[0])
    return item.titles[language] if item is not None else say(UNDECLARED, language)


def party_title(policy: Policy, recipient: str, language: str) -> str:
    """Return what a third party is called; its word where the policy declares it no more."""
    declared = policy.recipients.get(recipient)
    return declared.names[language] if declared is not None else recipient
