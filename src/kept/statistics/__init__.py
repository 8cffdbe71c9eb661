"""Figures about many, nobody among them: data sets, questions, noise, budget, display. Pure: randomness is passed in."""
