"""The messages room: what is sent to people, decided again when it goes, and never twice by itself.

The outbox holds every message; `mail`, `letters`, `fax` and `call_sheets` are its ways, `stop_list` who is not written to.
It may call `accounts`, `staff`, `gate` and `engine`. To add a way, give it its row in `kept.policy.channel`, write a
dispatcher and a handover, and register it in `engine.dispatchers`; to add where messages come from, give an origin
to `engine.origins`. Values are opened in the dispatcher's `prepare` alone, while the gate has them open.
"""
