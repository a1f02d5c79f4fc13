"""Faults, made on purpose and by a seed: what docs/reliability.md promises is tried here.

A small dose runs with every test run; `make chaos` gives the long one and writes down what was measured.
"""
