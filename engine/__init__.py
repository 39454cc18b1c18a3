"""The workflow engine: BPMN drawings compiled into finite state machines, and a population of instances they move.

The engine knows no KPU, no Flask, no RQ, no environment and no clock: `session`, `actor`, `now` and `host` are
arguments of every operation, and it never commits.
"""
