"""Upkeep: what an installation does by itself or an operator has it do, every minute, hour or on command.

`routine` finishes what a kill interrupted and ends what is over; `retention`, `key_rotation` and `canary_planting` are single
works, `sending` and `channels` say how people are reached, `approvals` is the table of what needs two members of staff, the
verifications hold everything against its seals. It calls every room but backups. Work to be done
again and again joins `routine.tidy`; what can be half done also joins `routine.finish_all`.
"""
