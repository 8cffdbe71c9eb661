"""The policy language: the program Kept runs. Pure: bytes and values in, values out."""
