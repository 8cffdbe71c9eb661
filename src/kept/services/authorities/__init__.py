"""Authorities: what a law requires is disclosed, and the person is told, at once or on the named date.

`disclosures` takes a request to its approval, `disclosure_record` is one as stored, `disclosure_bundle` makes what the
authority gets, `disclosure_file` is its format, `notifications` tells the person. It calls gate, staff, forms and engine,
and no other room of its floor. It exists where the policy has a purpose for it; a further term of a request is a field of
`Terms`, part of its scope seal, and one line of what is checked.
"""
