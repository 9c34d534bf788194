"""The nemesis: a whole deployment under load, struck by faults that a seed chooses, and judged by the audit afterwards.

`python -m chaos` (`make chaos`) runs it. The schedule, the orders and what is wrong with the poisoned records are
functions of the seed; when exactly a process meets a fault is not, so a seed repeats the attack and not the course.
"""
