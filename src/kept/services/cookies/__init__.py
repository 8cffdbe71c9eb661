"""cookies."""
