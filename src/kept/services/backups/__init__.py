"""Backups of both databases: made in time, tried by restoring, put back, recovered from.

`backup` makes them, `backup_file` is their format, `drill` tries the newest, `restore` puts one in its place, `recovery` opens
a new log over what is missing, `sign_off` ends what a restored K limits. It calls every room and is called by the command line
and upkeep of a serving process alone. What a restore must carry joins the manifest, and the drill looks at it.
"""
