"""Services of a compose file -> components of Catalyst's chart: one module for each aspect of a service."""
