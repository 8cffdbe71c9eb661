"""My data: what people see and decide about what is held of them, and what staff do for them when they ask.

`own_data` shows it, `choices` and `corrections` change it, `portability` takes it along, `erasure` ends it,
`message_reasons` says why a message came. The rights desk is `rights_requests` (what comes by letter), `own_requests` (what the
person asks), `rights_decisions`, `rights_answers` with their `rights_letter`, over `rights_record`. It calls every
room but upkeep and backups. A further table with a person column joins `erasure.ERASE_IN_DATA`; a test fails until it does.
"""
