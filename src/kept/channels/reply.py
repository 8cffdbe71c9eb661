"""Whose fault a mail server's refusal is: the recipient's address, this message, or a server's (RFC 5321, RFC 3463).

Only what is said plainly of the recipient's own mailbox becomes a fact about an address. A reply without an enhanced code
says nothing of whose fault it is (RFC 5321 gives 550 for *not found*, *no access* and *policy* alike), so it is a server's.
"""

from __future__ import annotations

import re

from kept.channels.handed import Handed

ENHANCED = re.compile(r"([245])\.(\d{1,3}\.\d{1,3})(?![\d.])")
PERMANENT = 500
NO_SUCH_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""No such mailbox, no such domain, no address at all, moved away, a domain that takes no mail (RFC 7505), a closed mailbox."""
OF_THIS_MESSAGE = re.compile(r"1\.[45]|2\.[234]|3\.4|6\.\d+")
"""Ambiguous; full, too long for the mailbox, a list; too big for the system; its content or form."""
RECIPIENT_BUSY = re.compile(r"[12]\.\d+")


def whose_fault(code: int, text: str) -> Handed:
    """Return what a refusal means for the message and for the address.

    Args:
        code: Reply code, 400 to 599.
        text: What came after it.
    """
    found = ENHANCED.match(text)
    detail = found[2] if found and found[1] == str(code // 100) else ""  # RFC 2034: both name the same class
    if code < PERMANENT:
        return Handed.LATER if RECIPIENT_BUSY.fullmatch(detail) else Handed.FAULT
    if f"5.{detail}" in NO_SUCH_ADDRESS:
        return Handed.UNDELIVERABLE
    return Handed.NOT_TAKEN if OF_THIS_MESSAGE.fullmatch(detail) else Handed.FAULT


def code_of(code: int, text: str) -> str:
    """Return the codes of a reply, as staff are told them: never its words, which may quote an address."""
    found = ENHANCED.match(text)
    return f"{code} {found[0]}" if found else str(code)
