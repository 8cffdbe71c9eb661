"""Figures: counts about many that say nothing of anybody, from a projection to what everybody may see.

`projections` reads everybody through the gate once, `queries` answers with noise within a budget, `releases` and `exports`
let answers out, `data_sets` says what the policy offers and who may ask. It calls gate, staff, cookies and engine, and no
other room of its floor. A new act of the desk is a function over `require_desk` and `statistic_entry`.
"""
