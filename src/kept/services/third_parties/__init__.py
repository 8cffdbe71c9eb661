"""Third parties: what goes to recipients by consent, and what partners give.

`recipients`, `provisions` and `provision_file` make the file a recipient fetches; `register` and `recalls` say what went,
also about the erased; `intake` and `intake_file` take in a partner's signed file. It calls gate, staff, forms and engine,
and no other room of its floor. A further way to provide is a file beside `provisions`, released by `gate.send`.
"""
