"""What stands in the copy one takes along, in words of its reader: its parts, their columns, and every word of a closed list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kept.policy.channel import CHANNEL_TABLE, Wording
from kept.policy.words import Source

SOURCES: Mapping[str, Wording] = {
    Source.OWN_SESSION: {"en": "given by you, signed in", "ja": "サインインしてご提供"},
    Source.WITNESSED_PAPER: {
        "en": "given on paper, entered by staff, witnessed by another",
        "ja": "書面でお預かりし、担当者が入力、別の担当者が確認",
    },
    Source.WITNESSED_CALL: {
        "en": "given by phone, entered by staff, witnessed by another",
        "ja": "お電話で伺い、担当者が入力、別の担当者が確認",
    },
    Source.PARTNER: {"en": "from another company, which says that you agreed", "ja": "同意を得たとする他社から"},
    Source.MADE_BY_US: {"en": "a number we issued", "ja": "当社が発行した番号"},
}
ANSWERS: Mapping[str, Wording] = {
    "yes": {"en": "yes", "ja": "はい"},
    "no": {"en": "no", "ja": "いいえ"},
    "stopped": {"en": "use stopped", "ja": "利用停止"},
}
BY: Mapping[str, Wording] = {
    "self": {"en": "by you", "ja": "ご本人"},
    "paper": {"en": "on paper", "ja": "書面"},
    "call": {"en": "by phone", "ja": "お電話"},
}
ORIGINS: Mapping[str, Wording] = {
    "campaign": {"en": "an announcement", "ja": "ご案内"},
    "case": {"en": "written to you by our staff", "ja": "担当者からのご連絡"},
    "program": {"en": "written to you by one of our systems", "ja": "当社システムからのご連絡"},
    "rights-answer": {"en": "what became of your request", "ja": "ご請求への回答のお知らせ"},
    "witnessed": {"en": "what our staff entered for you", "ja": "担当者が入力した内容のお知らせ"},
    "sign-in": {"en": "what happened at your account", "ja": "アカウントでのできごとのお知らせ"},
    "confirmation": {"en": "the question whether an address is yours", "ja": "ご連絡先の確認"},
}
ASKED_BY: Mapping[str, Wording] = {
    "own-page": {"en": "on your own page", "ja": "ご本人のページから"},
    "call": {"en": "by phone", "ja": "電話で"},
    "letter": {"en": "by letter", "ja": "書面で"},
    "mail": {"en": "by e-mail", "ja": "電子メールで"},
    "desk": {"en": "at the desk", "ja": "窓口で"},
}
STATES: Mapping[str, Wording] = {
    "asked": {"en": "waits for a second person of ours", "ja": "もう一人の担当者の確認待ち"},
    "waiting": {"en": "waits to be sent", "ja": "送信待ち"},
    "handing": {"en": "being handed over", "ja": "引き渡し中"},
    "sent": {"en": "sent", "ja": "送信済み"},
    "failed": {"en": "not delivered", "ja": "不達"},
    "unknown": {"en": "may have gone; not sent again by itself", "ja": "届いた可能性あり（自動では再送しません）"},
    "left-out": {"en": "kept back", "ja": "差し止め"},
    "stopped": {"en": "stopped", "ja": "停止"},
    "held": {"en": "held after a restore", "ja": "復元後の保留"},
} | {word: state.words for one in CHANNEL_TABLE.values() for word, state in one.states.items()}
REASONS: Mapping[str, Wording] = {
    "": {"en": "", "ja": ""},
    "stopped": {"en": "you stopped this use", "ja": "利用を停止されたため"},
    "no": {"en": "you said no", "ja": "お断りになったため"},
    "consent": {"en": "without your consent", "ja": "同意がないため"},
    "stop-list": {"en": "on the list never to write to", "ja": "配信停止リストにあるため"},
    "unconfirmed": {"en": "address not confirmed by its owner", "ja": "ご連絡先が未確認のため"},
    "stated": {
        "en": "given on another company’s word, which you have not confirmed",
        "ja": "他社の申告によるもので、ご本人が未確認のため",
    },
    "undeliverable": {"en": "there is no such address", "ja": "宛先が存在しないため"},
    "not-taken": {"en": "the other side would not take it", "ja": "相手側が受け取らないため"},
    "gave-up": {"en": "tried too often", "ja": "繰り返し失敗したため"},
    "fax-failed": {"en": "the fax server gave up", "ja": "ファクスを送信できなかったため"},
    "time-over": {"en": "not called in time", "ja": "期間内にお電話できなかったため"},
    "withdrawn": {"en": "taken back", "ja": "取りやめたため"},
}
"""Why a message is where it is; any other reason is `OTHER`."""
NOW: Mapping[str, Wording] = {"on": {"en": "on", "ja": "オン"}, "off": {"en": "off", "ja": "オフ"}}
MISSING: Mapping[str, Wording] = {
    "": {"en": "", "ja": ""},
    "value": {"en": "you gave nothing it could use", "ja": "使える情報をお預かりしていません"},
    "ended": {"en": "what you gave for it has reached its end", "ja": "保管期間が終わりました"},
    "notice": {"en": "what you gave was not given for this", "ja": "この目的のための情報ではありません"},
    "revision": {"en": "described otherwise since you gave it", "ja": "お預かり後に説明が変わりました"},
    "no": {"en": "you said no", "ja": "お断りになりました"},
    "consent": {"en": "you have not said yes to it", "ja": "まだ同意されていません"},
    "unconfirmed": {"en": "your address is not confirmed", "ja": "ご連絡先が未確認です"},
    "stop-list": {"en": "on the list never to write to", "ja": "配信停止リストにあります"},
    "stopped": {"en": "you stopped this use", "ja": "利用を停止されています"},
}
"""What a way out lacks, as the gate's reason; any other is that the policy does not allow it."""
NOT_ALLOWED: Wording = {"en": "the policy does not allow it", "ja": "方針がこれを認めていません"}
OTHER: Wording = {"en": "another reason", "ja": "その他の理由"}
REGISTERS: Mapping[str, Wording] = {
    "provision": {"en": "given to a third party", "ja": "第三者への提供"},
    "receipt": {"en": "received from another company", "ja": "他社からの受領"},
    "consent": {"en": "your consent to messages by e-mail", "ja": "メール配信への同意"},
}
HOW: Mapping[str, Wording] = {
    "": {"en": "", "ja": ""},
    "form": {"en": "on a form", "ja": "フォームで"},
    "paper": {"en": "on paper", "ja": "書面で"},
    "call": {"en": "by phone", "ja": "電話で"},
}
GROUNDS: Mapping[str, Wording] = {
    "court-order": {"en": "court order", "ja": "裁判所の命令"},
    "warrant": {"en": "warrant", "ja": "令状"},
    "statutory-inquiry": {"en": "inquiry under a statute", "ja": "法令に基づく照会"},
}
WAITED: Mapping[str, Wording] = {
    "": {"en": "", "ja": ""},
    "court-order": {"en": "a court ordered it", "ja": "裁判所の命令"},
    "law-forbids": {"en": "a law forbids telling", "ja": "法令で通知が禁じられているため"},
    "inquiry-at-risk": {"en": "an inquiry would be at risk", "ja": "捜査・調査に支障があるため"},
}
PARTS: Mapping[str, Wording] = {
    "in": {"en": "you take part", "ja": "参加中"},
    "won": {"en": "your ticket was drawn", "ja": "当選"},
    "claimed": {"en": "you claimed the prize", "ja": "賞品の受け取りを申請済み"},
    "delivered": {"en": "the prize was sent", "ja": "賞品を発送済み"},
    "winner": {"en": "your entry was chosen", "ja": "入賞"},
    "published": {"en": "your entry was chosen and published", "ja": "入賞・公表済み"},
    "arrived": {"en": "you arrived", "ja": "来場済み"},
}
EMERGENCIES: Mapping[str, Wording] = {
    "danger-to-a-person": {"en": "a person is in danger", "ja": "人に危険が迫っている"},
    "account-misused": {"en": "somebody misuses the account", "ja": "アカウントが不正に使われている"},
    "goods-or-money-at-risk": {"en": "goods or money are at risk", "ja": "財産に危険が迫っている"},
    "role-unreachable": {
        "en": "whoever has the role cannot be reached in time",
        "ja": "役割をもつ担当者に間に合うように連絡がつかない",
    },
}
REVIEWS: Mapping[str, Wording] = {
    "": {"en": "not looked at yet", "ja": "未確認"},
    "justified": {"en": "it was justified", "ja": "正当だった"},
    "not-justified": {"en": "it was not justified", "ja": "正当ではなかった"},
}
RECEIPTS: Mapping[str, Wording] = {
    "consent": {"en": "consent receipt", "ja": "同意の控え"},
    "partner": {
        "en": "record of what another company gave, and says you agreed to",
        "ja": "他社が提供し、同意を得たとしているものの記録",
    },
    "confirmation": {"en": "record of a confirmed address", "ja": "ご連絡先を確認した記録"},
    "witnessed": {
        "en": "record of what was given on paper or by phone, entered by staff and witnessed",
        "ja": "紙面またはお電話で提供され、担当者が入力して別の担当者が立ち会ったものの記録",
    },
}
REQUESTED: Mapping[str, Wording] = {
    "post": {"en": "by post", "ja": "郵送"},
    "call": {"en": "by phone", "ja": "お電話"},
    "desk": {"en": "at the desk", "ja": "窓口"},
    "my data": {"en": "on my data", "ja": "マイデータ"},
}
STEPS: Mapping[str, Wording] = {
    "open": {"en": "open", "ja": "受付済み"},
    "checked": {"en": "identity checked", "ja": "本人確認済み"},
    "awaiting approval": {"en": "waits for a second member of staff", "ja": "別の担当者の承認待ち"},
    "approved": {"en": "approved", "ja": "承認済み"},
    "answering": {"en": "being answered", "ja": "回答の処理中"},
    "finished": {"en": "answered", "ja": "回答済み"},
}
YES: Mapping[bool, Wording] = {True: {"en": "yes", "ja": "はい"}, False: {"en": "no", "ja": "いいえ"}}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the copy.

    Args:
        id: Its key in `data.json`, and its name as a table.
        title: What its reader calls it.
        columns: Fields that are shown to read, in order, each with its heading; times are in the policy's zone.
    """

    id: str
    title: Wording
    columns: Mapping[str, Wording]


WHEN: Wording = {"en": "When", "ja": "日時"}
WHAT: Wording = {"en": "What", "ja": "内容"}
FOR: Wording = {"en": "For", "ja": "目的"}
ITEMS: Wording = {"en": "Items", "ja": "項目"}
STATE: Wording = {"en": "State", "ja": "状態"}
WHY: Wording = {"en": "Why", "ja": "理由"}
BY_WAY: Wording = {"en": "By", "ja": "方法"}
UNTIL: Wording = {"en": "Until", "ja": "期限"}
COPY = (
    Part(
        "items",
        {"en": "What you gave, and what is held", "ja": "お預かりしている情報"},
        {
            "title": {"en": "Item", "ja": "項目"}, "value_in_words": {"en": "Value", "ja": "内容"},
            "earlier_in_words": {"en": "Before", "ja": "以前の内容"}, "given": {"en": "Given", "ja": "ご提供日時"},
            "source_in_words": {"en": "Where from", "ja": "入手元"}, "point_title": {"en": "On the form", "ja": "フォーム"},
            "purposes_in_words": FOR, "until": UNTIL,
        },
    ),
    Part(
        "statements",
        {"en": "What other companies say you agreed to", "ja": "同意を得たとする他社の申告"},
        {
            "company": {"en": "Company", "ja": "会社"}, "agreed": {"en": "It says you agreed", "ja": "同意を得たとする日時"},
            "items_in_words": ITEMS, "choices_in_words": {"en": "It says you said yes to", "ja": "同意を得たとする内容"},
            "confirmed": {"en": "You confirmed it", "ja": "ご本人の確認"},
        },
    ),
    Part(
        "choices",
        {"en": "What you said yes or no to", "ja": "同意・お断りの内容"},
        {"purpose_title": FOR, "channel_in_words": BY_WAY, "answer_in_words": WHAT, "when": WHEN, "by_in_words": BY_WAY},
    ),
    Part(
        "now",
        {"en": "What that comes to now", "ja": "現在の利用の可否"},
        {
            "purpose_title": FOR, "way_in_words": BY_WAY, "on_in_words": {"en": "Now", "ja": "現在"},
            "missing_in_words": {"en": "What it lacks", "ja": "足りないもの"},
        },
    ),
    Part(
        "addresses",
        {"en": "Your addresses, and whether they are confirmed", "ja": "ご連絡先とその確認"},
        {
            "title": {"en": "Item", "ja": "項目"}, "channel_in_words": BY_WAY, "asked": {"en": "You were asked", "ja": "確認のお願い"},
            "confirmed": {"en": "Confirmed", "ja": "確認"},
            "never_in_words": {"en": "On the list never to write to", "ja": "配信停止リスト"},
        },
    ),
    Part(
        "inquiries",
        {"en": "What you asked us", "ja": "お問い合わせ"},
        {"when": WHEN, "by_in_words": BY_WAY, "answered": {"en": "Answered", "ja": "回答"}},
    ),
    Part(
        "written",
        {"en": "What was written to you", "ja": "お客様にお書きしたもの"},
        {
            "when": WHEN, "by_in_words": BY_WAY, "subject": {"en": "Subject", "ja": "件名"}, "text": {"en": "Text", "ja": "本文"},
            "state_in_words": STATE, "advertising_in_words": {"en": "You called it advertising", "ja": "広告だとのお申し出"},
            "settled": {"en": "Staff looked into it", "ja": "担当者による確認"},
        },
    ),
    Part(
        "messages",
        {"en": "Messages, letters, faxes and calls", "ja": "メール・お手紙・ファクス・お電話"},
        {
            "when": WHEN, "what": WHAT, "by_in_words": BY_WAY, "purpose_title": FOR, "state_in_words": STATE,
            "reason_in_words": WHY, "agreed_in_words": {"en": "On what", "ja": "根拠"}, "text": {"en": "Text", "ja": "本文"},
        },
    ),
    Part(
        "registers",
        {"en": "Who received it, who gave it to us, what you agreed to", "ja": "提供・受領・同意の記録"},
        {
            "when": WHEN, "what_in_words": WHAT, "with_in_words": {"en": "Who", "ja": "相手"}, "items_in_words": ITEMS,
            "acquired_in_words": {"en": "How it was acquired", "ja": "取得の経緯"}, "rests_on": {"en": "On what", "ja": "根拠"},
            "number": {"en": "Their number for you", "ja": "相手方での番号"},
        },
    ),
    Part(
        "recalls",
        {"en": "Who was told to give it up, or that it changed", "ja": "消去や訂正を伝えた相手"},
        {
            "when": WHEN, "with_in_words": {"en": "Who", "ja": "相手"},
            "what_in_words": {"en": "What", "ja": "内容"},
            "item_in_words": {"en": "Item", "ja": "項目"}, "due": UNTIL, "told": {"en": "Told", "ja": "伝達"},
            "confirmed": {"en": "Confirmed", "ja": "確認"},
            "confirmed_by_in_words": {"en": "By whom", "ja": "確認者"},
        },
    ),
    Part(
        "authorities",
        {"en": "What a law made us disclose", "ja": "法令に基づく開示"},
        {
            "when": WHEN, "authority": {"en": "Who asked", "ja": "請求した機関"}, "ground_in_words": {"en": "Ground", "ja": "根拠"},
            "items_in_words": ITEMS, "waited_in_words": {"en": "Why you were not told at once", "ja": "通知が遅れた理由"},
        },
    ),
    Part(
        "participations",
        {"en": "What you take part in", "ja": "参加しているもの"},
        {
            "when": WHEN, "title": WHAT, "kind_title": {"en": "Kind", "ja": "種類"}, "state_in_words": STATE,
            "number": {"en": "Number", "ja": "番号"},
        },
    ),
    Part(
        "emergencies",
        {"en": "Emergencies", "ja": "緊急対応"},
        {
            "when": WHEN, "reason_in_words": WHY, "role_title": {"en": "Role that was lent", "ja": "貸し出された役割"},
            "purpose_title": FOR, "items_in_words": ITEMS, "text": {"en": "What was written about it", "ja": "記録"},
            "review_in_words": {"en": "What somebody else found", "ja": "別の担当者の判断"},
        },
    ),
    Part(
        "requests",
        {"en": "Requests about your own information", "ja": "ご自身の情報についてのご請求"},
        {
            "when": WHEN, "what": WHAT, "by_in_words": BY_WAY, "due": UNTIL, "state_in_words": STATE,
            "approved_in_words": {"en": "Approved by a second member of staff", "ja": "別の担当者の承認"},
            "note": {"en": "What was noted", "ja": "記録"},
        },
    ),
    Part(
        "cookies",
        {"en": "Cookies: kept in your browser, not here", "ja": "クッキー（お使いのブラウザーにあり、当社にはありません）"},
        {
            "name": {"en": "Name", "ja": "名称"}, "purpose_title": FOR, "life_in_words": UNTIL,
            "identifier_in_words": {"en": "What it holds", "ja": "内容"},
        },
    ),
    Part(
        "receipts",
        {"en": "Receipts, in the folder of that name", "ja": "控え（同名のフォルダーにあります）"},
        {"when": WHEN, "what_in_words": WHAT, "file": {"en": "File", "ja": "ファイル"}},
    ),
    Part(
        "uses",
        {"en": "What happened: every use and every refusal", "ja": "利用とお断りの記録"},
        {
            "when": WHEN, "said": WHAT, "outcome_in_words": STATE, "purpose_title": FOR, "clause": {"en": "Clause", "ja": "条項"},
            "case": {"en": "Case", "ja": "案件"},
        },
    ),
)  # fmt: skip
"""The parts of the copy, as they are read."""
SEEN: Mapping[str, Wording] = {
    "guess": {"en": "wrong, from a device not seen before", "ja": "初めての端末からの誤り"},
    "own-device": {"en": "wrong, from a device seen before", "ja": "以前の端末からの誤り"},
    "many-accounts": {
        "en": "tried by a network that tried many",
        "ja": "多くのアカウントを試したネットワークからの試み",
    },
    "two-networks": {
        "en": "signed in from two networks within minutes",
        "ja": "数分のうちの二つのネットワークからのサインイン",
    },
    "written": {"en": "we wrote to you about it", "ja": "お知らせを送付"},
}
RECALLED: Mapping[str, Wording] = {
    "withdrawn": {"en": "to give up everything", "ja": "すべての消去"},
    "corrected": {"en": "a value was corrected", "ja": "値の訂正"},
    "removed": {"en": "a value was removed", "ja": "値の削除"},
}
CONFIRMED_BY: Mapping[str, Wording] = {
    "recipient": {"en": "the recipient, with the answer in its file", "ja": "提供先（ファイル内の確認語による）"},
    "staff": {"en": "a second member of our staff noted it", "ja": "当社の別の担当者が記録"},
}
KNOWN_BY: Mapping[str, Wording] = {
    "number": {"en": "Your number in this installation", "ja": "当システムでの番号"},
    "login_name": {"en": "Login name", "ja": "ログイン名"},
    "password_since": {"en": "Password set", "ja": "パスワードの設定"},
    "recovery_codes": {"en": "Recovery codes left", "ja": "残りの回復コード"},
    "passkeys": {"en": "Passkeys, since", "ja": "パスキー（登録日時）"},
    "sessions": {"en": "Signed in, since", "ja": "サインイン中（開始日時）"},
    "devices": {"en": "Devices remembered, since", "ja": "記憶している端末（開始日時）"},
    "seen": {"en": "What the sign-in saw at your account, how often", "ja": "サインインで見られたこと（回数）"},
    "external": {"en": "What our other systems call you", "ja": "当社の他のシステムでの番号"},
    "erased": {"en": "Your account is erased on", "ja": "アカウントの消去予定"},
}
PAGE: Mapping[str, Wording] = {
    "title": {"en": "What is held about you", "ja": "お預かりしている情報"},
    "made": {"en": "Made {when}. Times are those of {zone}.", "ja": "{when} 作成。日時は {zone} のものです。"},
    "known": {"en": "What we know you by", "ja": "お客様を識別するもの"},
    "none": {"en": "Nothing.", "ja": "ありません。"},
}
