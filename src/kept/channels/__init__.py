"""Channels: what carries a message to a person once the gate has released where to. They decide nothing."""
