"""Development mode (ENV-005): what a development server runs in, how it is made ready, and what keeps it running."""
