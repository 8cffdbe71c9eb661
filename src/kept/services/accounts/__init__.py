"""The accounts room: accounts without one personal item, and the ways into them.

It holds passwords, recovery codes, passkeys, remembered and known devices, programs that vouch, and limits on attempts.
It may call `staff`, `gate` and `engine`. To add a way in, prove who it is, then `accounts.start_session`; nothing is
typed that could name a person. What stands behind a cookie asks `cookie_life` how long it is good for, and is not
offered where the policy declares no cookie for it.
"""
