"""The forms room: the notice first, then what a person chooses to give, then a receipt; and who is asked again.

`collection` presents and takes a form, `submission` holds what came against it, `receipts` makes the record of it.
It may call `cookies`, `messages`, `accounts`, `staff`, `gate` and `engine`. To add a field, add an item type to
`kept.policy.item_type`; to add what a participation writes with a form, pass a `Part` to
`collection.submit`: it is written in the same transaction, or nothing is.
"""
