"""The door: what a program that embeds Kept may do, by public, typed names (`kept.Kept` and what it opens).

Here live the views (a desk, a person, a member of staff, an operator) and the work that goes on while an installation is
open. They may call every service and the pages; nothing below calls them. A view adds no rule: it hands on to the function
the pages use. To add one: a method here, its line in `kept.sync`, its row in `docs/embedding.md`; tests compare the three.
"""
