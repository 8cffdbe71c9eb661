"""My data: what people see and decide about what is held of them, and what staff do for them when they ask.

`own_data` shows it, `choices` and `corrections` change it, `portability` takes it along, `erasure` ends it,
`message_reasons` says why a message came, `rights_requests` is the desk for whoever cannot do it themselves. It calls every
room but upkeep and backups. A further table with a person column joins `erasure.ERASE_IN_DATA`; a test fails until it does.
"""
