"""The gate room: the one way personal information leaves the vault, and the one way a person's state changes.

It is functions over an open engine: `gate.read` and `gate.send` release, `person_search` finds, `state_change` writes a change,
`history` shows what was recorded; who the canaries are, and whether K was restored, are facts the engine holds.
It may call `engine` alone. To add a way out, declare an exit in `kept.policy.words` and pass it to `gate.read` or
`gate.send`. Who else opens a value, to compare it or to try its seal, stands on a list that a test holds.
"""
