"""The staff room: who works here, what their roles let them do, and what needs a second member of staff.

It holds sessions, API credentials, the mandates both are issued, approvals, attestations and the activation of versions.
It may call `gate` and `engine`. To add a right, name it in the policy language and insist on it with
`StaffSession.require`; an act that needs two is an `approvals.Approval`, declared in its own room, and one about many people
also issues its mandate from `desk_mandate`; what staff did is recorded with `StaffSession.acting` as the actor.
"""
