"""Cookies: what the policy declares, what a browser chose, and the gate every header passes, in both directions."""
