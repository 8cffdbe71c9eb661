"""Instances of collection points: a questionnaire, a contest, a sweepstake, an event, and whoever takes part in one.

It calls gate, staff, forms and engine, and no other room of its floor. `instances` holds what all kinds share: draft, open,
close, end, the entry. To add a kind, write a file with what staff do with it, over `instance_of` and `instance_entry`, and
give its stage of the form to `participations`.
"""
