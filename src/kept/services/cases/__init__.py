"""Cases: staff act for one purpose, for one person, for a limited time.

`cases` opens a case, finds its person and opens items; `contacts` writes to them, `do_not_contact` notes that they do not
want it, `emergencies` lends a role. It calls messages, gate, staff and engine. A further act within a case takes the case
by `case_of`, insists on `require_open`, and is recorded as done by `case.actor`.
"""
