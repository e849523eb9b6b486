"""Services and jobs beside an application."""
