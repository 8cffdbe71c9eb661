"""my_data."""
