"""The cookies room: the rules of the policy in force, what did not pass them, visits, and the scan of a site.

It may call `messages`, `accounts`, `staff`, `gate` and `engine`; the gate for cookies itself is `kept.cookies`.
To use a cookie, give it a duty in `kept.policy.words` and ask `CookieRules.serving` and `CookieRules.sent` for it: the
policy names it, and where it declares none the feature is not offered. To count a page or feature, add its word to
`visits` and its title beside the data sets.
"""
