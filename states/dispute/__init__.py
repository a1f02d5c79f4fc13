"""劳动争议调解: the process of a labour dispute, from the counter to the last instalment (LAW 2-4, 11.1)."""

from states.dispute.process import DISPUTE

__all__ = ["DISPUTE"]
