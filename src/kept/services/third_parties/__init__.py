"""third_parties."""
