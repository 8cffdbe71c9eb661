"""The command line: one command per file. Parses input, prints, answers exit codes; decides nothing."""
