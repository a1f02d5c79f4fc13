"""Who comes in and as whom: passwords, sessions, second factors, tokens, people and their positions, absences.

Each write is a transaction of its own, is refused with reasons like a step, and leaves a line in the office's journal.
`by` is the person who does it; None is the operator of the machine, who may do everything.
"""
