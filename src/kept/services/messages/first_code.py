"""What the mail or letter of a new customer on paper or by phone says besides: how they sign in for the first time."""

from __future__ import annotations

from kept.services.engine.dispatchers import Words
from kept.services.engine.engine import Engine
from kept.services.gate.witnessed_form import first_code_of, spaced

FIRST = {
    "en": (
        "\n\nYou have an account now. To see what we hold, correct it or stop its use, open this page and type this longer "
        "code, once; you choose a password or a passkey there:\n\n{page}\n\n{first}"
    ),
    "ja": (
        "\n\nお客様のアカウントができました。お預かりした内容の確認・訂正・利用停止には、次のページを開き、下の長い番号を入力してください（1回限り有効です）。"
        "そこでパスワードまたはパスキーをお決めいただけます。\n\n{page}\n\n{first}"
    ),
}


def with_first_code(engine: Engine, form_id: str, said: Words, language: str) -> Words:
    """Return a message with the code added; never a call's, which somebody else reads out.

    Args:
        engine: Open.
        form_id: What was given on paper or by phone, whose owner has not signed in yet.
        said: The message.
        language: The reader's.
    """
    spoken = language if language in FIRST else "en"
    parts = {"page": f"{engine.site}/{spoken}/first-sign-in", "first": spaced(first_code_of(engine, form_id))}
    return Words(said.title, said.text + FIRST[spoken].format(**parts))
