"""The engine room: what is open while an installation runs, one person loaded, one entry recorded.

It may call `store`, `vault`, `ledger`, `policy` and `crypto`, and no other room; every other room may call it.
To add an act, give it a word and the ground it rests on in `acts`; record it with `record.record`, or with
`record.entry_of` in the transaction of what it records. A fact of the installation goes through `Engine.meta`; what is
asked of a policy goes through `kept.policy.duties`, never through a name that some policy happens to use.
"""
