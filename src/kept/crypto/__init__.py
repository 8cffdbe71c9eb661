"""Primitives, each with the sentence why its use is safe. Knows nothing of people, policies or ledgers."""
