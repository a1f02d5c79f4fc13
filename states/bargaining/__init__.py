"""集体协商: one process for collective contracts, wage agreements and women's agreements, to its end (LAW 5-6, 11.2)."""

from states.bargaining.process import BARGAINING

__all__ = ["BARGAINING"]
