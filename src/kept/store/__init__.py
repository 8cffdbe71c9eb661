"""Stores: where sealed bytes lie. They move ciphertext and never open it.

One interface (`interface.py`), one driver per file, the SQL in named and commented files (`sql/`).
"""
