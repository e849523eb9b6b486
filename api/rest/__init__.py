"""REST: the operations at their paths, with examples for the OpenAPI document."""
