"""The addresses of the interface, a router a noun."""
