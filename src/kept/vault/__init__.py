"""The vault's mathematics: seals bound to what they are, keys per person, the blind index, normal forms.

Pure: bytes and keys in, bytes or errors out. It holds no key, reads no clock and touches no file.
"""
