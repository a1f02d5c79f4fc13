"""The others: hand-written SQL as the floor, and the engines a reader would otherwise choose."""
