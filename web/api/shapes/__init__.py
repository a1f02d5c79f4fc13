"""What the interface is sent and what it answers: pydantic models, a module a noun. Their docstrings are the OpenAPI texts."""
