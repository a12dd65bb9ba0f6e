"""Pages of a brand's portal: each parses, calls once, renders."""
