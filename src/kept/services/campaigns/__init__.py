"""Campaigns: one message to the people a rule chooses, drafted by one member of staff and approved by another.

`campaigns` takes one from its file to its results, `candidates` decides about each person and queues who matches; what is
queued leaves by the outbox of messages. It calls gate, staff, messages, forms and engine, and no other room of its floor. A
new step of a campaign is a function over `standing` and `campaign_entry`.
"""
