"""The pages: parse input, render, no decisions. Server-rendered; everything works with JavaScript off.

Start at `app.py` (hosts and routes), `frame.py` (what every answer carries), `site.py` and `console.py`.
"""
